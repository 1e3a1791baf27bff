using System.Buffers.Text;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>Access tokens (RFC 9068).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class AccessTokenTests(SharedServer shared)
{
    private readonly TestServer _server = shared.Server;

    [Fact, Row("AT-01"), Row("AT-02"), Row("AT-03"), Row("AT-05")]
    public async Task A_token_says_what_RFC_9068_asks_for_and_nothing_more()
    {
        var reply = await _server.TokensAsync();
        var (header, claims) = (Part(reply.AccessToken!, 0), Part(reply.AccessToken!, 1));
        Assert.Equal(["alg", "kid", "typ"], header.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ("RS256", "at+jwt"), (header.GetProperty("alg").GetString(), header.GetProperty("typ").GetString()));
        var jwks = JsonDocument.Parse(
            await _server.Http.GetStringAsync(
                new Uri("/.well-known/jwks.json", UriKind.Relative),
                TestContext.Current.CancellationToken)).RootElement;
        Assert.Contains(
            jwks.GetProperty("keys").EnumerateArray(),
            key => key.GetProperty("kid").GetString() == header.GetProperty("kid").GetString());

        Assert.Equal(
            ["acr", "aud", "auth_time", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "type"],
            claims.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        Assert.Equal(TestServer.Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal(TestServer.Issuer, claims.GetProperty("aud").GetString());
        Assert.Equal(TestData.AliceId.ToString(), claims.GetProperty("sub").GetString());
        Assert.Equal(TestData.Web, claims.GetProperty("client_id").GetString());
        Assert.Equal("access", claims.GetProperty("type").GetString());
        Assert.Equal(reply.Scope, claims.GetProperty("scope").GetString());
        Assert.Equal(900, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal(900, reply.Json!.Value.GetProperty("expires_in").GetInt64());
    }

    [Fact, Row("AT-02")]
    public async Task A_token_id_never_repeats()
    {
        var reply = await _server.TokensAsync();
        var ids = new List<string?> { Part(reply.AccessToken!, 1).GetProperty("jti").GetString() };
        for (var i = 0; i < 20; i++)
        {
            reply = await _server.RefreshAsync(reply.RefreshToken);
            ids.Add(Part(reply.AccessToken!, 1).GetProperty("jti").GetString());
        }

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact, Row("AT-03")]
    public async Task The_audience_is_the_configured_one()
    {
        await using var other = await TestServer.StartAsync();
        await other.Database.ExecuteAsync("UPDATE oauth_resources SET resource = 'https://api.example'");
        await Eventually.BecomesTrue(
            async () =>
                (await other.Http.GetStringAsync(new Uri("/.well-known/oauth-authorization-server", UriKind.Relative)))
                    .Contains("\"https://api.example\"", StringComparison.Ordinal),
            TimeSpan.FromSeconds(15),
            "the audience is the new one");
        Assert.Equal(
            "https://api.example", Part((await other.TokensAsync()).AccessToken!, 1).GetProperty("aud").GetString());
    }

    [Theory, Row("AT-04")]
    [InlineData("a11ce000-0000-4000-8000-000000000001")]
    [InlineData("A11CE000-0000-4000-8000-000000000001")]
    [InlineData("a11ce000000040008000000000000001")]
    public async Task A_client_cannot_have_an_id_like_a_users(string clientId)
    {
        var database = _server.Database;
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes) "
                + "VALUES ($1, 'x', 'browser', '{https://x.example/cb}', '{read}')", clientId));
        Assert.Equal("client_id_is_not_a_uuid", refused.ConstraintName);
    }

    private static JsonElement Part(string token, int index) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[index])).RootElement;
}
