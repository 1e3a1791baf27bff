using System.Buffers.Text;
using System.Security.Cryptography;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>What refresh tokens are made of, the keys of their rows, and their successors (RFC 6749 §10.10).</summary>
public sealed class RefreshTokenValueTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    // 1,767,323,045 seconds since 1970.
    private static readonly byte[] Second = [0x69, 0x57, 0x35, 0xA5];

    [Fact]
    public void A_token_is_384_random_bits_behind_the_second_in_which_its_family_began()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => RefreshTokenValue.New(Now)).ToList();
        Assert.All(tokens, token =>
        {
            Assert.Matches("^[A-Za-z0-9_-]{70}$", token);
            Assert.Equal(52, Base64Url.DecodeFromChars(token).Length);
            Assert.Equal(Second, Base64Url.DecodeFromChars(token)[..4]);
        });
        Assert.Equal(
            tokens.Count,
            tokens.Select(token => Convert.ToHexString(Base64Url.DecodeFromChars(token)[4..20])).Distinct().Count());
        Assert.Equal(
            tokens.Count,
            tokens.Select(token => Convert.ToHexString(Base64Url.DecodeFromChars(token)[20..])).Distinct().Count());
    }

    [Fact]
    public void The_key_of_a_family_is_its_second_and_the_SHA256_of_what_its_tokens_share()
    {
        var token = RefreshTokenValue.New(Now);
        Assert.Equal(
            [.. Second, .. SHA256.HashData(Base64Url.DecodeFromChars(token)[..20])],
            RefreshTokenValue.FamilyKey(token)!);
    }

    [Fact]
    public void Later_families_have_greater_keys()
    {
        var keys = Enumerable.Range(0, 600)
            .Select(second =>
                Convert.ToHexString(RefreshTokenValue.FamilyKey(RefreshTokenValue.New(Now.AddSeconds(second)))!))
            .ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]                                // 43 characters
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]                           // 48 characters
    // 70 of which one is none of base64url
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé")]
    // base64 in other hands allows spaces
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  ")]
    public void What_has_another_shape_names_no_family(string token)
    {
        Assert.False(RefreshTokenValue.IsOurs(token));
        Assert.Null(RefreshTokenValue.FamilyKey(token));
    }

    [Fact]
    public void A_successor_shares_the_family_and_has_its_own_256_bits()
    {
        var presented = RefreshTokenValue.New(Now.AddHours(-1));
        var nonce = RefreshTokenValue.NewNonce();
        var successor = RefreshTokenValue.Successor(Key, nonce, presented);
        Assert.Equal(32, nonce.Length);
        Assert.Equal(successor, RefreshTokenValue.Successor(Key, nonce, presented));
        Assert.Equal(RefreshTokenValue.FamilyKey(presented), RefreshTokenValue.FamilyKey(successor));
        var bytes = Base64Url.DecodeFromChars(presented);
        byte[] seed = [.. nonce, .. bytes];
        byte[] expected = [.. bytes[..20], .. HMACSHA256.HashData(Key, seed)];
        Assert.Equal(Base64Url.EncodeToString(expected), successor);
    }

    [Theory]
    [InlineData("fKk0yQm6Tn2YdJ3h8mVbqzR1sW5uX7cE9gL0pA4iBvM")]
    [InlineData("E6B6C1B6C6B14D6A8B7E1A0C55F3A1D2E6B6C1B6C6B14D6A8B7E1A0C55F3A1D2:refresh_token")]
    public void What_follows_an_imported_token_is_one_of_ours_and_finds_its_row(string imported)
    {
        var nonce = RefreshTokenValue.NewNonce();
        var first = RefreshTokenValue.Successor(Key, nonce, imported);
        var second = RefreshTokenValue.Successor(Key, nonce, first);

        Assert.True(RefreshTokenValue.IsOurs(first));
        Assert.False(RefreshTokenValue.IsOurs(imported));
        Assert.Equal(RefreshTokenValue.ImportedKey(Handle.Hash(imported)), RefreshTokenValue.KeyOf(imported));
        Assert.Equal(RefreshTokenValue.KeyOf(imported), RefreshTokenValue.FamilyKey(first));
        Assert.Equal(RefreshTokenValue.KeyOf(imported), RefreshTokenValue.FamilyKey(second));
        // The key of this server and the token itself, and not its hash, make what follows.
        Assert.Equal(first, RefreshTokenValue.Successor(Key, nonce, imported));
        Assert.NotEqual(first, RefreshTokenValue.Successor(RefreshTokenValue.NewNonce(), nonce, imported));
        Assert.NotEqual(first, RefreshTokenValue.Successor(Key, RefreshTokenValue.NewNonce(), imported));
    }

    [Fact]
    public void Another_key_another_nonce_or_another_token_gives_another_successor()
    {
        var presented = RefreshTokenValue.New(Now);
        var nonce = RefreshTokenValue.NewNonce();
        var successor = RefreshTokenValue.Successor(Key, nonce, presented);
        string[] others =
        [
            presented,
            RefreshTokenValue.Successor(RefreshTokenValue.NewNonce(), nonce, presented),
            RefreshTokenValue.Successor(Key, RefreshTokenValue.NewNonce(), presented),
            RefreshTokenValue.Successor(Key, nonce, RefreshTokenValue.New(Now)),
            RefreshTokenValue.Successor(Key, nonce, successor),
        ];
        Assert.DoesNotContain(OwnPart(successor), others.Select(OwnPart));
    }

    private static byte[] OwnPart(string token) => Base64Url.DecodeFromChars(token)[20..];
}
