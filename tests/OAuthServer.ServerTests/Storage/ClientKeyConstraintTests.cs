using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// A client with keys that could never work, or should not, is refused by a constraint whose name says why.
/// </summary>
public sealed class ClientKeyConstraintTests(ClientConstraintTests.Schema schema)
    : IClassFixture<ClientConstraintTests.Schema>
{
    private const string Bcrypt = "'$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm'";
    private const string Coordinate = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Ec = $$"""{"kty":"EC","crv":"P-256","x":"{{Coordinate}}","y":"{{Coordinate}}"}""";
    private const string Set = $$"""'{"keys":[{{Ec}}]}'""";
    private const string NotASet = "jwks_is_an_object_with_a_list_of_1_to_20_keys";
    private const string Private = "jwks_holds_no_private_or_shared_key";
    private const string NotRsa = "jwks_rsa_keys_have_a_modulus_of_2048_to_8192_bits";
    private const string NotEc = "jwks_ec_keys_are_points_of_p_256_p_384_or_p_521";

    [Theory]
    [Row("PKJ-08")]
    [InlineData(null, "jwks", Set)]
    [InlineData(null, "jwks_uri", "'https://keys.example/jwks'")]
    [InlineData("web_client_has_a_secret_or_keys", "jwks", "NULL")]
    [InlineData("client_with_keys_has_no_secret", "jwks, client_secret", Set + ", " + Bcrypt)]
    [InlineData("client_with_keys_has_no_secret", "jwks, next_client_secret", Set + ", " + Bcrypt)]
    [InlineData("client_with_keys_has_no_secret", "jwks_uri, client_secret", "'https://keys.example/', " + Bcrypt)]
    [InlineData("client_has_jwks_or_jwks_uri_and_not_both", "jwks, jwks_uri", Set + ", 'https://keys.example/'")]
    [InlineData("public_client_has_no_keys", "application_type, jwks", "'native', " + Set)]
    [InlineData("public_client_has_no_keys", "application_type, jwks_uri", "'browser', 'https://keys.example/'")]
    public async Task A_client_has_a_secret_or_keys_and_one_place_for_them(
        string? constraint, string columns, string values) =>
        Assert.Equal(constraint, await RefusalAsync(columns, values));

    [Theory]
    [Row("PKJ-09")]
    [InlineData(null, "https://keys.example")]
    [InlineData(null, "https://keys.example:8443/a/b.json?c=d")]
    [InlineData(null, "https://[2001:db8::1]/jwks")]
    [InlineData("jwks_uri_is_https", "http://keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "HTTPS://keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "https:/keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "https:///jwks")]
    [InlineData("jwks_uri_is_https", "https://user@keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "https://user:pass@keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "https://keys.example\\@evil.example/jwks")]
    [InlineData("jwks_uri_is_https", "file:///etc/passwd")]
    [InlineData("jwks_uri_is_https", "keys.example/jwks")]
    [InlineData("jwks_uri_is_https", "")]
    [InlineData("jwks_uri_has_no_fragment", "https://keys.example/jwks#x")]
    [InlineData("jwks_uri_has_at_most_2000_printable_ascii_characters", "https://keys.example/ jwks")]
    [InlineData("jwks_uri_has_at_most_2000_printable_ascii_characters", "https://keys.example/jwks\n")]
    [InlineData("jwks_uri_has_at_most_2000_printable_ascii_characters", "https://keys.example/ü")]
    public async Task An_address_of_keys_is_https_and_plain(string? constraint, string uri) =>
        Assert.Equal(constraint, await RefusalAsync("jwks_uri", "$1", uri));

    [Theory]
    [InlineData(1979, null)]
    [InlineData(1980, "jwks_uri_has_at_most_2000_printable_ascii_characters")]
    public async Task An_address_of_keys_has_a_bound(int path, string? constraint) =>
        Assert.Equal(constraint, await RefusalAsync("jwks_uri", "$1", "https://keys.example/" + new string('a', path)));

    [Theory]
    [Row("PKJ-06")]
    [InlineData(null, "RS256")]
    [InlineData(null, "PS384")]
    [InlineData(null, "ES512")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "none")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "HS256")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "EdDSA")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "rs256")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "RS256 ")]
    [InlineData("token_endpoint_auth_signing_alg_is_supported", "")]
    public async Task An_algorithm_is_one_that_is_served(string? constraint, string algorithm) =>
        Assert.Equal(constraint, await RefusalAsync("jwks, token_endpoint_auth_signing_alg", Set + ", $1", algorithm));

    [Fact]
    public async Task An_algorithm_is_for_clients_with_keys() => Assert.Equal(
        "token_endpoint_auth_signing_alg_is_for_clients_with_keys",
        await RefusalAsync("client_secret, token_endpoint_auth_signing_alg", Bcrypt + ", 'RS256'"));

    [Theory]
    [InlineData(NotASet, "[]")]
    [InlineData(NotASet, "1")]
    [InlineData(NotASet, "null")]
    [InlineData(NotASet, "{}")]
    [InlineData(NotASet, """{"keys":{}}""")]
    [InlineData(NotASet, """{"keys":[]}""")]
    [InlineData(NotASet, """{"keys":[1]}""")]
    [InlineData(NotASet, $"[{Ec}]")]
    [InlineData(NotASet, Ec)]
    [InlineData("jwks_keys_are_rsa_or_ec", """{"keys":[{}]}""")]
    [InlineData("jwks_keys_are_rsa_or_ec", """{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}""")]
    [InlineData("jwks_keys_are_rsa_or_ec", """{"keys":[{"kty":"ec"}]}""")]
    [InlineData(NotEc, """{"keys":[{"kty":1}]}""")]
    [InlineData(NotEc, """{"keys":[{"kty":"EC","crv":256,"x":1,"y":1}]}""")]
    [InlineData(NotRsa, """{"keys":[{"kty":"RSA","n":1,"e":"AQAB"}]}""")]
    [InlineData("jwks_keys_are_for_signatures", $$"""{"keys":[{"use":1,{{EcMembers}}}]}""")]
    [InlineData(Private, """{"keys":[{"kty":"oct","k":"AAAA"}]}""")]
    [InlineData("jwks_keys_are_for_signatures", $$"""{"keys":[{"use":"enc",{{EcMembers}}}]}""")]
    [InlineData(
        "jwks_key_ids_are_strings_that_differ", $$"""{"keys":[{"kid":"a",{{EcMembers}}},{"kid":"a",{{EcMembers}}}]}""")]
    [InlineData("jwks_key_ids_are_strings_that_differ", $$"""{"keys":[{"kid":1,{{EcMembers}}}]}""")]
    [InlineData(
        null, $$"""{"keys":[{"use":"sig","kid":"a",{{EcMembers}}},{"kid":"b",{{EcMembers}}},{{Ec}},{{Ec}}],"x":1}""")]
    [InlineData(NotEc, """{"keys":[{"kty":"EC","crv":"P-256"}]}""")]
    [InlineData(NotEc, $$"""{"keys":[{"kty":"EC","crv":"secp256k1","x":"{{Coordinate}}","y":"{{Coordinate}}"}]}""")]
    [InlineData(NotEc, $$"""{"keys":[{"kty":"EC","crv":"P-256","x":"{{Coordinate}}=","y":"{{Coordinate}}"}]}""")]
    [InlineData(NotRsa, """{"keys":[{"kty":"RSA"}]}""")]
    [InlineData(NotRsa, """{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""")]
    public async Task A_key_set_is_one(string? constraint, string jwks) =>
        Assert.Equal(constraint, await RefusalAsync("jwks", "$1::text::jsonb", jwks));

    [Theory]
    [InlineData(NotRsa, 341, "AQAB")]
    [InlineData(null, 342, "AQAB")]
    [InlineData(null, 1367, "Aw")]
    [InlineData(NotRsa, 1368, "AQAB")]
    [InlineData(NotRsa, 342, "AQABAQAB")]
    [InlineData(NotRsa, 342, "")]
    public async Task An_RSA_key_is_neither_weak_nor_slow(string? constraint, int modulus, string exponent) =>
        Assert.Equal(constraint, await RefusalAsync(
            "jwks",
            "$1::text::jsonb",
            $$"""{"keys":[{"kty":"RSA","n":"{{new string('u', modulus)}}","e":"{{exponent}}"}]}"""));

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    public async Task A_private_part_is_never_stored(string member) =>
        Assert.Equal(
            Private,
            await RefusalAsync("jwks", "$1::text::jsonb", $$"""{"keys":[{{Ec}},{"{{member}}":"AA",{{EcMembers}}}]}"""));

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [InlineData("RS256")]
    public async Task Real_keys_are_stored_public_and_never_private(string algorithm)
    {
        using var key = AppKey.Create(algorithm);
        Assert.Null(await RefusalAsync("jwks", "$1::text::jsonb", key.Jwks));
        Assert.Equal(Private, await RefusalAsync("jwks", "$1::text::jsonb", $$"""{"keys":[{{key.PrivateJwk}}]}"""));
    }

    [Fact]
    public async Task A_set_has_at_most_20_keys_and_64_KB()
    {
        Assert.Null(await RefusalAsync(
            "jwks", "$1::text::jsonb", $$"""{"keys":[{{string.Join(',', Enumerable.Repeat(Ec, 20))}}]}"""));
        Assert.Equal(NotASet, await RefusalAsync(
            "jwks", "$1::text::jsonb", $$"""{"keys":[{{string.Join(',', Enumerable.Repeat(Ec, 21))}}]}"""));
        Assert.Equal(
            "jwks_has_at_most_65536_characters",
            await RefusalAsync("jwks", "$1::text::jsonb", $$"""{"keys":[{{Ec}}],"x":"{{new string('x', 65_536)}}"}"""));
    }

    private const string EcMembers = $"\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{Coordinate}\",\"y\":\"{Coordinate}\"";

    // The name of the constraint that an INSERT breaks first, or null when it does not.
    private async Task<string?> RefusalAsync(string columns, string values, params object[] parameters)
    {
        try
        {
            await schema.Database.ExecuteAsync(
                $"INSERT INTO oauth_clients (client_id, name, redirect_uris, allowed_scopes, {columns}) "
                    + $"VALUES ('c', 'C', '{{https://c.example/cb}}', '{{read}}', {values})",
                parameters);
            await schema.Database.ExecuteAsync("DELETE FROM oauth_clients");
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.CheckViolation)
        {
            return refused.ConstraintName;
        }
    }
}
