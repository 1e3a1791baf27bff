using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Opaque values, their hashes and successors (RFC 6749 §10.10).</summary>
public sealed class HandleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    // 1,767,323,045 seconds since 1970.
    private static readonly byte[] Second = [0x69, 0x57, 0x35, 0xA5];

    [Fact]
    public void A_handle_is_256_bits_in_base64url_and_never_repeats()
    {
        var handles = Enumerable.Range(0, 1000).Select(_ => Handle.New()).ToList();
        Assert.All(handles, handle => Assert.Equal(32, Base64Url.DecodeFromChars(handle).Length));
        Assert.Equal(handles.Count, handles.Distinct().Count());
    }

    [Fact]
    public void A_handle_is_stored_as_its_SHA256() =>
        Assert.Equal(Convert.FromHexString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), Handle.Hash("abc"));

    [Fact]
    public void A_refresh_token_is_256_bits_behind_the_second_in_which_it_was_made()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => Handle.NewRefreshToken(Now)).ToList();
        Assert.All(tokens, token =>
        {
            var bytes = Base64Url.DecodeFromChars(token);
            Assert.Equal(36, bytes.Length);
            Assert.Equal(Second, bytes[..4]);
        });
        Assert.Equal(tokens.Count, tokens.Select(token => Convert.ToHexString(Base64Url.DecodeFromChars(token)[4..])).Distinct().Count());
    }

    [Fact]
    public void The_key_of_a_refresh_token_is_its_second_and_its_SHA256()
    {
        var token = Handle.NewRefreshToken(Now);
        Assert.Equal([.. Second, .. SHA256.HashData(Encoding.UTF8.GetBytes(token))], Handle.RefreshTokenKey(token));
    }

    [Fact]
    public void Later_refresh_tokens_have_greater_keys()
    {
        var keys = Enumerable.Range(0, 600).Select(second => Convert.ToHexString(Handle.RefreshTokenKey(Handle.NewRefreshToken(Now.AddSeconds(second))))).ToList();
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]       // 43 characters, as tokens were once
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.")]  // 48 of which one is none of base64url
    [InlineData("aaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé")]
    [InlineData("")]
    public void The_key_of_what_names_no_second_is_its_SHA256(string token) => Assert.Equal(Handle.Hash(token), Handle.RefreshTokenKey(token));

    [Fact]
    public void The_same_nonce_and_token_give_the_same_successor()
    {
        var nonce = Handle.NewNonce(Now);
        var presented = Handle.NewRefreshToken(Now.AddHours(-1));
        Assert.Equal(Handle.Successor(nonce, presented), Handle.Successor(nonce, presented));
        Assert.Equal(Base64Url.EncodeToString([.. Second, .. HMACSHA256.HashData(nonce, Encoding.UTF8.GetBytes(presented))]), Handle.Successor(nonce, presented));
    }

    [Fact]
    public void A_nonce_of_32_bytes_gives_the_successor_that_it_gave_before()
    {
        var nonce = Enumerable.Range(0, 32).Select(n => (byte)n).ToArray();
        Assert.Equal(Base64Url.EncodeToString(HMACSHA256.HashData(nonce, Encoding.UTF8.GetBytes("presented"))), Handle.Successor(nonce, "presented"));
    }

    [Fact]
    public void Another_nonce_or_another_token_gives_another_successor()
    {
        var (nonce, presented) = (Handle.NewNonce(Now), Handle.NewRefreshToken(Now));
        var successor = Handle.Successor(nonce, presented);
        Assert.NotEqual(successor, Handle.Successor(Handle.NewNonce(Now), presented));
        Assert.NotEqual(successor, Handle.Successor(nonce, Handle.NewRefreshToken(Now)));
        Assert.NotEqual(successor, presented);
        Assert.Equal(36, Base64Url.DecodeFromChars(successor).Length);
    }

    [Fact]
    public void A_nonce_is_32_random_bytes_behind_its_second()
    {
        var (one, other) = (Handle.NewNonce(Now), Handle.NewNonce(Now));
        Assert.Equal(36, one.Length);
        Assert.Equal(Second, one[..4]);
        Assert.NotEqual(one[4..], other[4..]);
    }

    [Fact]
    public void A_token_id_begins_with_its_grant_and_never_repeats()
    {
        var grant = Handle.NewId();
        var ids = Enumerable.Range(0, 100).Select(_ => Handle.NewTokenId(grant)).ToList();
        Assert.All(ids, id =>
        {
            var parts = id.Split('.');
            Assert.Equal(2, parts.Length);
            Assert.Equal(Handle.GrantPart(grant), parts[0]);
            Assert.Equal(16, Base64Url.DecodeFromChars(parts[1]).Length);
        });
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void Ids_do_not_repeat() => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Handle.NewId()).Distinct().Count());
}
