using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>The causes for which an assertion of a client is refused (RFC 7523 §3).</summary>
internal static class AssertionRefusals
{
    public const string Client = "refused-keyed";

    private const string Token = "/oauth/token";
    private const string Code = "grant_type=authorization_code&code=unknown";

    private static readonly AppKey Key = AppKey.Create("ES256");
    private static readonly AppKey Stranger = AppKey.Create("ES256");

    public static IEnumerable<RefusalCase> All =>
    [
        new(
            "client_assertion_incomplete",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, Code + "&client_assertion=x")),
        new(
            "client_assertion_type_unsupported",
            "token",
            "invalid_client",
            401,
            stage => stage.PostAsync(Token, Code + "&client_assertion=x&client_assertion_type=y")),
        new(
            "client_assertion_unreadable",
            "token",
            "invalid_client",
            401,
            stage => stage.PostAsync(Token, Code + By("x"))),
        Case(
            "client_assertion_missing",
            (stage, _) => stage.PostAsync(Token, $"{Code}&client_id={Client}&client_secret=guess")),
        Case(
            "client_assertion_of_another",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, new { iss = "another" }))),
        Case(
            "client_assertion_kind",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, header: new { typ = "at+jwt" }))),
        Case(
            "client_assertion_algorithm",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, header: new { alg = "HS256" }))),
        Case(
            "client_assertion_audience",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, new { aud = TestServer.Issuer + "/oauth/token" }))),
        Case(
            "client_assertion_expired", (stage, now) => SendAsync(stage, Key.Assertion(Client, new { exp = now - 1 }))),
        Case(
            "client_assertion_lifetime",
            (stage, now) => SendAsync(stage, Key.Assertion(Client, new { exp = now + 7200 }))),
        Case(
            "client_assertion_not_yet_valid",
            (stage, now) => SendAsync(stage, Key.Assertion(Client, new { nbf = now + 90, exp = now + 120 }))),
        Case(
            "client_assertion_id_missing",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, new { jti = (string?)null }))),
        Case(
            "client_assertion_key_unknown",
            (stage, _) => SendAsync(stage, Key.Assertion(Client, header: new { kid = "unknown" }))),
        Case("client_assertion_signature", (stage, _) => SendAsync(stage, Stranger.Assertion(Client))),
        Case("client_assertion_reused", async (stage, _) =>
        {
            var assertion = Key.Assertion(Client);
            await SendAsync(stage, assertion);
            return await SendAsync(stage, assertion);
        }),
        Case("client_has_no_keys", (stage, _) => SendAsync(stage, Key.Assertion(TestData.Web))) with
        {
            Client = TestData.Web,
        },
        Case("client_keys_unavailable", async (stage, _) =>
        {
            await RegisterAsync(stage, "refused-away", null, "https://127.0.0.1/keys");
            return await SendAsync(stage, Key.Assertion("refused-away"));
        }) with { Client = "refused-away" },
    ];

    private static RefusalCase Case(string reason, Func<RefusalStage, long, Task<RefusedAnswer>> provoke)
    {
        return new(reason, "token", "invalid_client", 401, ProvokeAsync) { Client = Client, Audit = "client_refused" };

        async Task<RefusedAnswer> ProvokeAsync(RefusalStage stage)
        {
            await RegisterAsync(stage, Client, Key.Jwks, null);
            return await provoke(stage, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        }
    }

    private static async Task RegisterAsync(RefusalStage stage, string id, string? jwks, string? uri)
    {
        await stage.Server.Database.ExecuteAsync("DELETE FROM oauth_clients WHERE client_id = $1", id);
        await stage.Server.Database.AddKeyClientAsync(id, jwks, uri);
        // The server may remember that there was none.
        await Eventually.BecomesTrue(
            async () => (await stage.PostAsync(Token, $"{Code}&client_id={id}&client_secret=x")).Status == 401
                && await stage.Server.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM oauth_audit_events WHERE client_id = $1 "
                        + "AND reason = 'client_assertion_missing'",
                    id) > 0,
            TimeSpan.FromSeconds(8),
            "the client is known");
    }

    private static Task<RefusedAnswer> SendAsync(RefusalStage stage, string assertion)
    {
        foreach (var part in assertion.Split('.').Skip(1)) stage.Keep(part);
        return stage.PostAsync(Token, Code + By(assertion));
    }

    private static string By(string assertion) =>
        $"&client_assertion_type={Uri.EscapeDataString(AppKey.AssertionType)}&client_assertion={assertion}";
}
