using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Opaque values, their hashes and successors (RFC 6749 §10.10).</summary>
public sealed class HandleTests
{
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
    public void The_same_nonce_and_token_give_the_same_successor()
    {
        var nonce = Handle.NewNonce();
        var presented = Handle.New();
        Assert.Equal(Handle.Successor(nonce, presented), Handle.Successor(nonce, presented));
        Assert.Equal(Base64Url.EncodeToString(HMACSHA256.HashData(nonce, Encoding.UTF8.GetBytes(presented))), Handle.Successor(nonce, presented));
    }

    [Fact]
    public void Another_nonce_or_another_token_gives_another_successor()
    {
        var (nonce, presented) = (Handle.NewNonce(), Handle.New());
        var successor = Handle.Successor(nonce, presented);
        Assert.NotEqual(successor, Handle.Successor(Handle.NewNonce(), presented));
        Assert.NotEqual(successor, Handle.Successor(nonce, Handle.New()));
        Assert.NotEqual(successor, presented);
        Assert.Equal(32, Base64Url.DecodeFromChars(successor).Length);
    }

    [Fact]
    public void A_nonce_is_32_random_bytes()
    {
        Assert.Equal(32, Handle.NewNonce().Length);
        Assert.NotEqual(Handle.NewNonce(), Handle.NewNonce());
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
