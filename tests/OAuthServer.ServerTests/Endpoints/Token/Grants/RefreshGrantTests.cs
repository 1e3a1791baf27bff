using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>The refresh grant at both of its addresses (REF-04 to REF-07, REF-10 to REF-12).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RefreshGrantTests(SharedServer tokens)
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    public static TheoryData<string> Paths => ["/oauth/token", "/oauth/refresh"];

    [Theory]
    [Row("REF-04")]
    [Row("REF-11")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task The_refresh_token_is_required_and_must_be_known(string path)
    {
        var code = await tokens.CodeAsync();
        var first = await tokens.TokensAsync();

        (await tokens.Server.RefreshAsync(null, path: path)).IsError("invalid_request");
        (await tokens.Server.RefreshAsync("", path: path)).IsError("invalid_request");
        foreach (var wrong in new[] { "garbage", new string('A', 43), first.AccessToken, code, "é✓" })
            (await tokens.Server.RefreshAsync(wrong, path: path)).IsError("invalid_grant");

        (await tokens.Server.RedeemAsync(code)).IsTokens();
        (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsTokens();
    }

    [Theory]
    [Row("REF-05")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task A_refresh_token_is_bound_to_its_client(string path)
    {
        var web = await tokens.TokensAsync();
        (await tokens.Server.RefreshAsync(web.RefreshToken, TestData.OtherWeb, path: path)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(web.RefreshToken, TestData.Spa, path: path)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(web.RefreshToken, path: path)).IsTokens();

        var spa = await tokens.TokensAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), TestData.Spa);
        (await tokens.Server.RefreshAsync(spa.RefreshToken, TestData.Web, path: path)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(spa.RefreshToken, TestData.Native, path: path)).IsError("invalid_grant");
        (await tokens.Server.PostFormAsync(path, ("grant_type", "refresh_token"), ("refresh_token", spa.RefreshToken)))
            .IsUnauthorized();
        (await tokens.Server.RefreshAsync(spa.RefreshToken, TestData.Spa, path: path)).IsTokens();
    }

    [Theory]
    [Row("REF-06")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task The_scope_may_shrink_for_one_access_token(string path)
    {
        var first = await tokens.TokensAsync(new AuthorizationAsk().With("scope", "read write"));

        var subset = (await tokens.Server.RefreshAsync(first.RefreshToken, scope: "write", path: path)).IsTokens();
        var full = (await tokens.Server.RefreshAsync(subset.RefreshToken, path: path)).IsTokens();

        Assert.Equal(("write", "write"), (subset.Scope, ScopeOf(subset)));
        Assert.Equal(("read write", "read write"), (full.Scope, ScopeOf(full)));
    }

    /// <summary>An app that asks for what it was not granted because it says nothing here, asks for no less.</summary>
    [Fact]
    public async Task Offline_access_narrows_nothing()
    {
        const string scope = "offline_access";
        var first = await tokens.TokensAsync(new AuthorizationAsk().With("scope", "read write"));

        var refreshed = (await tokens.Server.RefreshAsync(first.RefreshToken, scope: scope)).IsTokens();

        Assert.Equal("read write", refreshed.Scope);
        Assert.Equal(
            "read",
            (await tokens.Server.RefreshAsync(refreshed.RefreshToken, scope: scope + " read")).IsTokens().Scope);
    }

    [Theory]
    [Row("REF-07")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task The_scope_may_not_grow_and_a_failed_refresh_does_not_rotate(string path)
    {
        var first = await tokens.TokensAsync();
        foreach (var scope in new[] { "write", "read write", "admin", "READ", "read  admin", " write", "\"" })
            (await tokens.Server.RefreshAsync(first.RefreshToken, scope: scope, path: path)).IsError("invalid_scope");
        (await tokens.Server.PostFormAsync(
            path,
            ("grant_type", "refresh_token"),
            ("refresh_token", first.RefreshToken),
            ("client_id", TestData.Web),
            ("client_secret", "wrong"))).IsUnauthorized();
        foreach (var repeated in new[]
        {
            $"refresh_token={first.RefreshToken}",
            "grant_type=refresh_token&grant_type=refresh_token",
            "scope=read&scope=read",
            $"client_id={TestData.Web}",
            $"client_secret={TestData.Secret}",
        })
        {
            (await tokens.Server.PostRawAsync(
                path,
                $"grant_type=refresh_token&refresh_token={first.RefreshToken}&client_id={TestData.Web}"
                    + $"&client_secret={TestData.Secret}&{repeated}")).IsError("invalid_request");
        }

        (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsTokens();
        Assert.Equal(0, await tokens.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'refresh_token_repeated' "
                + "AND replace(grant_id::text, '-', '') = $1", new JsonWebToken(first.AccessToken).Id.Split('.')[0]));
    }

    [Fact]
    [Row("REF-10")]
    public async Task Refresh_tokens_are_opaque_and_strong()
    {
        const int many = 1000;
        const int overTheWire = 30;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var token = (await tokens.TokensAsync()).RefreshToken!; seen.Count
            < overTheWire; token = (await tokens.Server.RefreshAsync(token)).RefreshToken!)
        {
            Assert.True(seen.Add(token));
        }

        // Of either part hashes alone are stored, and of all the tokens' one row.
        var (bytesSeen, characters) = (seen.Select(Base64UrlEncoder.DecodeBytes).ToArray(), seen.ToArray());
        Assert.Equal(0, await tokens.Database.ScalarAsync<long>("""
            SELECT count(*) FROM oauth_refresh_tokens f, unnest($1::bytea[]) AS seen (bytes)
            WHERE f::text LIKE '%' || encode(substr(bytes, 5, 16), 'hex') || '%'
                OR f::text LIKE '%' || encode(substr(bytes, 21), 'hex') || '%'
            """, (object)bytesSeen));
        Assert.Equal(
            0,
            await tokens.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_refresh_tokens f, unnest($1) AS seen (characters) "
                    + "WHERE position(characters IN f::text) > 0 OR position(encode(convert_to(characters, 'UTF8'), "
                    + "'hex') IN f::text) > 0",
                (object)characters));
        Assert.Equal(1, await tokens.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE previous_token = ANY ($1)",
            (object)seen.Select(Handle.Hash).ToArray()));
        Assert.Equal(1, await tokens.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE family = ANY ($1)",
            (object)seen.Select(RefreshTokenValue.FamilyKey).Distinct().ToArray()));

        // The rest straight from where they are made: behind what the family shares, every bit is as often set as not.
        for (var token = seen.First(); seen.Count
            < many; token = RefreshTokenValue.Successor(Key, RefreshTokenValue.NewNonce(), token)) seen.Add(token);
        var bytes = seen.Select(token => Base64UrlEncoder.DecodeBytes(token)[20..]).ToList();
        Assert.All(seen, token => Assert.Matches("^[A-Za-z0-9_-]{70}$", token));
        Assert.All(Enumerable.Range(0, 256), bit =>
            Assert.InRange(bytes.Count(one => (one[bit / 8] >> (bit % 8) & 1) == 1), many * 2 / 5, many * 3 / 5));
    }

    [Fact]
    [Row("REF-11")]
    public async Task A_refresh_token_is_no_bearer_token_for_any_JWT_library()
    {
        var keys = new JsonWebKeySet(
            await tokens.Server.Http.GetStringAsync(
                new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken));
        var result = await new JsonWebTokenHandler()
            .ValidateTokenAsync((await tokens.TokensAsync()).RefreshToken, new TokenValidationParameters
            {
                ValidIssuer = TestServer.Issuer,
                ValidAudience = TestServer.Issuer,
                IssuerSigningKeys = keys.GetSigningKeys(),
            });

        Assert.False(result.IsValid);
    }

    [Fact]
    [Row("REF-12")]
    public async Task The_alias_needs_no_grant_type_and_takes_no_other()
    {
        var first = await tokens.TokensAsync();
        var code = await tokens.CodeAsync();
        (await tokens.Server.PostFormAsync(
            "/oauth/refresh",
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", TestData.Web), ("client_secret", TestData.Secret))).IsError("unsupported_grant_type");
        (await tokens.Server.PostFormAsync(
            "/oauth/refresh",
            ("grant_type", "foo"),
            ("refresh_token", first.RefreshToken),
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret))).IsError("unsupported_grant_type");

        (await tokens.Server.PostFormAsync(
            "/oauth/refresh",
            ("refresh_token", first.RefreshToken),
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret))).IsTokens();
        (await tokens.Server.RedeemAsync(code)).IsTokens();
    }

    private static string ScopeOf(Reply reply) => new JsonWebToken(reply.AccessToken).GetPayloadValue<string>("scope");
}
