using System.Text;
using OAuthServer.Clients.Assertions;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Clients.Assertions;

/// <summary>
/// Key sets of clients (RFC 7517 §5), and which of their keys a signature may be from (RFC 8725 §3.1).
/// </summary>
public sealed class ClientKeySetTests
{
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":null}""")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kty":"EC"}]}""")]
    [InlineData("""{"keys":[]""")]
    public void What_is_no_set_is_none(string json) => Assert.Null(ClientKeySet.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_set_has_at_most_20_keys()
    {
        Assert.NotNull(ClientKeySet.Read(Encoding.UTF8.GetBytes(Set(Enumerable.Repeat("{}", 20)))));
        Assert.Null(ClientKeySet.Read(Encoding.UTF8.GetBytes(Set(Enumerable.Repeat("{}", 21)))));
    }

    [Theory, Row("PKJ-06")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kty":1}""")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""")]
    [InlineData("""{"kty":"RSA"}""")]
    [InlineData("""{"kty":"RSA","n":7,"e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"***","e":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""")]
    [InlineData(
        """{"kty":"EC","crv":"secp256k1","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","""
            + """ "y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    public void A_key_that_is_none_for_signatures_is_left_out(string key) => Assert.Empty(Read(key).Keys);

    [Fact, Row("PKJ-06")]
    public void Private_weak_oversized_and_other_keys_are_left_out()
    {
        using var ec = AppKey.Create("ES256");
        using var rsa = AppKey.Create("RS256");
        using var weak = AppKey.Create("RS256", bits: 2040);
        Assert.Empty(Read(ec.PrivateJwk, rsa.PrivateJwk, weak.Jwk).Keys);
        Assert.Empty(Read(With(ec.Jwk, "\"use\":\"enc\""), With(rsa.Jwk, "\"key_ops\":[\"encrypt\"]")).Keys);
        Assert.Empty(Read(rsa.Jwk.Replace("\"e\":\"AQAB\"", "\"e\":\"AQABAQAB\"", StringComparison.Ordinal)).Keys);
        Assert.Empty(Read($$"""{"kty":"RSA","e":"AQAB","n":"{{new string('_', 1367)}}"}""").Keys);
        Assert.Equal(2, Read(With(ec.Jwk, "\"use\":\"sig\""), With(rsa.Jwk, "\"key_ops\":[\"verify\"]")).Keys.Count);
    }

    [Fact]
    public void A_key_says_what_it_is()
    {
        using var ec = AppKey.Create("ES384", "one");
        using var rsa = AppKey.Create("PS256", null, 3072);
        Assert.Equal(
            [("one", "EC", "P-384"), (null, "RSA", "3072 bits")],
            Read(ec.Jwk, rsa.Jwk).Keys.Select(key => (key.Id, key.Type, key.Size)));
    }

    [Theory, Row("PKJ-06")]
    [InlineData("ES256", "one", 1)]
    [InlineData("ES256", null, 1)]
    [InlineData("ES384", "one", 0)]
    [InlineData("ES512", null, 0)]
    [InlineData("RS256", "one", 0)]
    [InlineData("RS256", "two", 1)]
    [InlineData("PS512", null, 1)]
    [InlineData("RS256", "three", 0)]
    [InlineData("RS256", "ONE", 0)]
    public void A_signature_may_be_from_keys_of_its_kind_and_name(string algorithm, string? kid, int candidates)
    {
        using var ec = AppKey.Create("ES256", "one");
        using var rsa = AppKey.Create("RS256", "two");
        Assert.Equal(candidates, Read(ec.Jwk, rsa.Jwk).Candidates(algorithm, kid).Count);
    }

    [Fact, Row("PKJ-06")]
    public void A_key_for_one_algorithm_is_for_no_other()
    {
        using var rsa = AppKey.Create("RS256");
        var keys = Read(With(rsa.Jwk, "\"alg\":\"PS256\""));
        Assert.Single(keys.Candidates("PS256", rsa.Id));
        Assert.Empty(keys.Candidates("RS256", rsa.Id));
    }

    [Fact]
    public void A_key_without_a_name_may_be_meant_by_any_that_no_other_has()
    {
        using var unnamed = AppKey.Create("ES256", null);
        using var named = AppKey.Create("ES256", "named");
        var keys = Read(unnamed.Jwk, named.Jwk);
        Assert.Single(keys.Candidates("ES256", "other"));
        Assert.Single(keys.Candidates("ES256", "named"));
        Assert.Equal(2, keys.Candidates("ES256", null).Count);
    }

    private static string Set(IEnumerable<string> keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    private static string With(string jwk, string member) => $"{{{member},{jwk[1..]}";

    private static ClientKeySet Read(params string[] keys) => ClientKeySet.Read(Encoding.UTF8.GetBytes(Set(keys)))!;
}
