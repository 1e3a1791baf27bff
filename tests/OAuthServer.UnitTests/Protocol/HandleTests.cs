using System.Buffers.Text;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Opaque values and their hashes (RFC 6749 §10.10).</summary>
public sealed class HandleTests
{
    [Fact]
    public void A_handle_is_256_bits_in_base64url_and_never_repeats()
    {
        var handles = Enumerable.Range(0, 1000).Select(_ => Handle.New()).ToList();
        Assert.All(handles, handle => Assert.Equal(32, Base64Url.DecodeFromChars(handle).Length));
        Assert.Equal(handles.Count, handles.Distinct().Count());
        // Every bit is as often set as not.
        var bytes = handles.Select(handle => Base64Url.DecodeFromChars(handle)).ToList();
        Assert.All(
            Enumerable.Range(0, 256),
            bit => Assert.InRange(bytes.Count(one => (one[bit / 8] >> (bit % 8) & 1) == 1), 400, 600));
    }

    [Fact]
    public void A_handle_is_stored_as_its_SHA256() =>
        Assert.Equal(
            Convert.FromHexString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            Handle.Hash("abc"));

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
    public void Ids_do_not_repeat() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Handle.NewId()).Distinct().Count());
}
