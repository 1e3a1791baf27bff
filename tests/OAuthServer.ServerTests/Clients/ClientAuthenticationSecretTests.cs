using System.Net;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>What client secrets withstand, and when they stop working (CAUTH-11 to CAUTH-14).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class ClientAuthenticationSecretTests(SharedServer tokens)
{
    [Fact]
    [Row("CAUTH-11")]
    public async Task A_secret_of_72_bytes_works_and_nothing_longer_or_with_NUL_does()
    {
        var secret = string.Concat(Enumerable.Repeat("s3cret-7", 9));
        Assert.Equal(72, Encoding.UTF8.GetByteCount(secret));

        foreach (var variant in new[]
        {
            secret + "x",
            secret + secret,
            secret + "\0",
            secret + "\0x",
            secret[..71] + "\0",
            secret[..71],
            secret[..71] + "é",
        })
        {
            var byBody = await RefreshAsync("long-secret", variant);
            Assert.Contains((byBody.Status, byBody.Error), new (HttpStatusCode, string?)[]
            {
                (HttpStatusCode.Unauthorized, "invalid_client"),
                (HttpStatusCode.BadRequest, "invalid_request"),
            });
            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"long-secret:{Uri.EscapeDataString(variant)}"));
            var byBasic = await tokens.Server.PostRawAsync(
                "/oauth/token",
                "grant_type=refresh_token&refresh_token=unknown",
                headers: ("Authorization", $"Basic {basic}"));
            Assert.Contains((byBasic.Status, byBasic.Error), new (HttpStatusCode, string?)[]
            {
                (HttpStatusCode.Unauthorized, "invalid_client"),
                (HttpStatusCode.BadRequest, "invalid_request"),
            });
        }

        // The right secret gets past authentication.
        (await RefreshAsync("long-secret", secret)).IsError("invalid_grant");
    }

    [Fact]
    [Row("CAUTH-11")]
    public async Task An_issued_secret_is_at_most_72_bytes_with_128_bits_of_randomness()
    {
        Deployment.NeedsOwnServer("the operator's command");
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            var run = await new CommandLine()
                .RunAsync(["clients", "hash-secret"], TestContext.Current.CancellationToken);
            Assert.Equal(0, run.Code);
            var lines = run.Output.Split('\n');
            var secret = lines[0].Split(": ")[1].Trim();
            Assert.InRange(Encoding.UTF8.GetByteCount(secret), 22, 72);
            Assert.Equal(32, Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(secret).Length);
            Assert.True(BCrypt.Net.BCrypt.Verify(secret, lines[1].Split(": ")[1].Trim()));
            Assert.True(secrets.Add(secret));
        }
    }

    [Fact]
    [Row("CAUTH-13")]
    public async Task A_disabled_client_stops_working_everywhere_within_a_second_and_works_again_when_enabled()
    {
        await tokens.AddClientAsync("to-disable");
        var ask = AuthorizationAsk.For("to-disable", TestData.WebRedirectUri);
        var first = await tokens.TokensAsync(ask, "to-disable");
        var code = await tokens.CodeAsync(ask);

        await tokens.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = 'to-disable'");
        await Eventually.BecomesTrue(
            async () =>
                (await tokens.Server.RefreshAsync("unknown", "to-disable")).Status == HttpStatusCode.Unauthorized,
            TimeSpan.FromSeconds(5),
            "the client is refused");

        (await tokens.Server.RedeemAsync(code, "to-disable")).IsUnauthorized();
        (await tokens.Server.RefreshAsync(first.RefreshToken, "to-disable")).IsUnauthorized();
        (await tokens.Server.RefreshAsync(first.RefreshToken, "to-disable", path: "/oauth/refresh")).IsUnauthorized();
        (await tokens.Server.RevokeAsync(first.RefreshToken, "to-disable")).IsUnauthorized();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ask.Path, UriKind.Relative))
        {
            Headers = { { "Accept", "application/json" } },
        };
        using var page = await tokens.Browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Null(page.Headers.Location);
        Assert.Equal("invalid_client", (await Reply.ReadAsync(page)).Error);

        await tokens.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = 'to-disable'");
        await Eventually.BecomesTrue(
            async () => (await tokens.Server.RefreshAsync("unknown", "to-disable")).Error == "invalid_grant",
            TimeSpan.FromSeconds(5),
            "the client is accepted");
        (await tokens.Server.RedeemAsync(code, "to-disable")).IsTokens();
    }

    [Fact]
    [Row("CAUTH-13")]
    public async Task An_expired_secret_stops_working_and_its_successor_works()
    {
        await tokens.AddClientAsync("to-rotate");
        (await RefreshAsync("to-rotate", TestData.Secret)).IsError("invalid_grant");
        await tokens.Database.ExecuteAsync(
            "UPDATE oauth_clients SET next_client_secret = $1 WHERE client_id = 'to-rotate'",
            BCrypt.Net.BCrypt.HashPassword("the-next-secret", 10));
        await Eventually.BecomesTrue(
            async () => (await RefreshAsync("to-rotate", "the-next-secret")).Error == "invalid_grant",
            TimeSpan.FromSeconds(5),
            "the next secret works");
        (await RefreshAsync("to-rotate", TestData.Secret)).IsError("invalid_grant");

        await tokens.Database.ExecuteAsync(
            "UPDATE oauth_clients SET client_secret_expires_at = now() - interval '1 second' "
                + "WHERE client_id = 'to-rotate'");
        await Eventually.BecomesTrue(
            async () => (await RefreshAsync("to-rotate", TestData.Secret)).Status == HttpStatusCode.Unauthorized,
            TimeSpan.FromSeconds(5),
            "the old secret is refused");

        (await RefreshAsync("to-rotate", TestData.Secret)).IsUnauthorized();
        (await RefreshAsync("to-rotate", "the-next-secret")).IsError("invalid_grant");
    }

    [Fact]
    [Row("CAUTH-14")]
    public async Task Client_errors_come_before_errors_of_the_grant()
    {
        var code = await tokens.CodeAsync();

        (await tokens.Server.PostRawAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code=wrong&code_verifier={AuthorizationAsk.Verifier}&client_id=demo-web"
                + "&client_secret=wrong")).IsUnauthorized();
        (await tokens.Server.PostRawAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code={code}&code_verifier={AuthorizationAsk.Verifier}&client_id=demo-web"
                + "&client_secret=wrong")).IsUnauthorized();
        (await tokens.Server.PostRawAsync("/oauth/token", "grant_type=foo&client_id=demo-web&client_secret=wrong"))
            .IsUnauthorized();
        (await tokens.Server.RedeemAsync(code)).IsTokens();
    }

    private Task<Reply> RefreshAsync(string clientId, string secret) => tokens.Server.PostFormAsync(
        "/oauth/token",
        ("grant_type", "refresh_token"),
        ("refresh_token", "unknown"),
        ("client_id", clientId),
        ("client_secret", secret));
}
