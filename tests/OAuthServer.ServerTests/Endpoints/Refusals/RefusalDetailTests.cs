using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>
/// What the table has no column for: the two redirect URIs, <c>error_uri</c>, and the id where a browser app looks for
/// it.
/// </summary>
public sealed class RefusalDetailTests(RefusalStage stage) : IClassFixture<RefusalStage>
{
    private const string Documentation = "https://docs.example/errors";

    [Theory]
    [InlineData(TestData.Web, "https://c.example/CB", "https://c.example/cb", "18", "'C'", "'c'")]
    [InlineData(TestData.OtherWeb, "https://other.example/secont", "https://other.example/second", "27", "'t'", "'d'")]
    [InlineData(TestData.Web, "https://c.example/cb?token=s3cret-mark", "https://c.example/cb", "20", "'?'", "its end")]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/bc", "http://127.0.0.1:51004/cb", "23", "'b'", "'c'")]
    public async Task The_log_has_both_redirect_uris_and_the_first_character_that_differs(
        string client, string received, string nearest, string index, string theirs, string ours)
    {
        var answer = await stage.AskAsync(AuthorizationAsk.For(client, received));

        Assert.Equal((400, null), (answer.Status, answer.Location));
        var line = Assert.Single(stage.Log.Of(answer.CorrelationId!, 1003));
        Assert.Equal(
            (received.Replace("?token=s3cret-mark", "?…", StringComparison.Ordinal), nearest, index, theirs, ours),
            (
                RefusalEvents.Text(line, "Received")!,
                RefusalEvents.Text(line, "Nearest"),
                RefusalEvents.Text(line, "Index"),
                RefusalEvents.Text(line, "ReceivedCharacter"),
                RefusalEvents.Text(line, "NearestCharacter")));
        Assert.DoesNotContain(
            stage.Log.Of(answer.CorrelationId!),
            entry => RefusalEvents.Whole(entry).Contains("s3cret-mark", StringComparison.Ordinal));
        Assert.DoesNotContain(nearest, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("c.example", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_access_token_is_not_called_revoked_while_there_is_no_key_to_judge_it()
    {
        var token = (await stage.Server.RedeemAsync(await stage.CodeAsync())).AccessToken;

        var answer = await RefusalStage.PostAsync(
            await stage.KeylessAsync(), "/oauth/revoke", $"token={token}{RefusalStage.Credentials}");

        Assert.Equal((503, "temporarily_unavailable"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task The_log_has_both_redirect_uris_of_a_code()
    {
        var answer = await stage.RedeemAsync(
            await stage.CodeAsync(),
            "&redirect_uri=https%3A%2F%2Fc.example%2Fcb%2F&code_verifier=" + AuthorizationAsk.Verifier
                + RefusalStage.Credentials);

        var line = Assert.Single(stage.Log.Of(answer.CorrelationId!, 1003));
        Assert.Equal(("https://c.example/cb/", "https://c.example/cb", "20"), (
            RefusalEvents.Text(line, "Received"),
            RefusalEvents.Text(line, "Nearest"),
            RefusalEvents.Text(line, "Index")));
    }

    [Fact]
    public async Task Error_uri_is_absent_unless_the_errors_are_published()
    {
        Assert.DoesNotContain("error_uri", (await stage.RedeemAsync("unknown")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "error_uri",
            (await stage.AskAsync(new AuthorizationAsk().With("prompt", "none"))).Location,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_uri_names_the_public_error_and_tells_causes_no_further_apart()
    {
        var server = await stage.AnotherAsync(new()
        {
            ["OAuth:ErrorDocumentation"] = Documentation,
            ["RateLimiting:Token:PermitLimit"] = "4",
        });
        var unknown = await RefusalStage.PostAsync(
            server, "/oauth/token", "grant_type=refresh_token&refresh_token=x&client_id=nobody&client_secret=guess");
        var wrong = await RefusalStage.PostAsync(
            server, "/oauth/token", "grant_type=refresh_token&refresh_token=x&client_id=demo-web&client_secret=guess");
        Assert.Equal(unknown.Body, wrong.Body);
        Assert.Contains($"\"error_uri\":\"{Documentation}#invalid_client\"", wrong.Body, StringComparison.Ordinal);
        using var plain = await server.Http.GetAsync(
            new Uri(new AuthorizationAsk().With("prompt", "none").Path, UriKind.Relative),
            TestContext.Current.CancellationToken);
        Assert.Equal(
            $"{Documentation}#login_required",
            new AuthorizationAnswer(plain.Headers.Location!.OriginalString)["error_uri"]);
        using var page = await server.Http.GetAsync(
            new Uri(new AuthorizationAsk().With("client_id", "nobody").Path, UriKind.Relative),
            TestContext.Current.CancellationToken);
        Assert.DoesNotContain(
            Documentation,
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        for (var i = 0; i < 2; i++) await RefusalStage.PostAsync(server, "/oauth/token", "x=y");
        Assert.Equal(
            (429, "{\"error\":\"too_many_requests\"}"),
            ((await RefusalStage.PostAsync(server, "/oauth/token", "x=y")) is var limited
                ? (limited.Status, limited.Body)
                : default));
    }

    [Fact]
    public async Task A_fault_has_an_error_uri_too()
    {
        var server = await stage.AnotherAsync(new() { ["OAuth:ErrorDocumentation"] = Documentation });
        using var direct = server.CreateDirectClient();
        using var answer = await direct.GetAsync(
            new Uri("/oauth/authorize", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains(
            $"\"error_uri\":\"{Documentation}#invalid_request\"",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/oauth/token", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/oauth/token", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", "/oauth/token", HttpStatusCode.NoContent)]
    [InlineData("GET", "/oauth/authorize", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/account/connections", HttpStatusCode.SeeOther)]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "/health/ready", HttpStatusCode.OK)]
    [InlineData("GET", "/.well-known/jwks.json", HttpStatusCode.OK)]
    public async Task Every_answer_has_an_id_of_the_servers_own(string method, string path, HttpStatusCode status)
    {
        const string chosen = "0af7651916cd43dd8448eb211c80319c";
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        foreach (var header in (string[])["X-Correlation-Id", "X-Request-Id"]) request.Headers.Add(header, chosen);
        request.Headers.Add("traceparent", $"00-{chosen}-b7ad6b7169203331-01");
        request.Headers.Add("Origin", "https://spa.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await stage.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(answer.Headers.GetValues("X-Correlation-Id")));
        Assert.NotEqual(chosen, answer.Headers.GetValues("X-Correlation-Id").Single());
        var isForApps = path == "/.well-known/jwks.json" || (path == "/oauth/token" && method != "OPTIONS");
        Assert.Equal(
            isForApps,
            answer.Headers.TryGetValues("Access-Control-Expose-Headers", out var exposed)
                && exposed.Single().Contains("X-Correlation-Id", StringComparison.Ordinal));
    }

    /// <summary>Also one that says nothing of it itself, such as that of a failed sign-in.</summary>
    [Fact]
    public async Task Every_log_line_of_a_request_has_its_id()
    {
        var answer = await stage.SignInAsync("nobody@example.com", "wrong-demo-password");
        Assert.Single(stage.Log.Of(answer.CorrelationId!, 6002));
        Assert.Single(stage.Log.Of(answer.CorrelationId!, 1001));
    }

    /// <summary>A malformed request names nobody: a flood of them must not become a flood of rows.</summary>
    [Fact]
    public async Task Malformed_requests_and_unknown_clients_at_authorize_leave_no_row()
    {
        var before = await stage.Server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events");
        await stage.PostAsync("/oauth/token", "grant_type=%zz");
        await stage.PostAsync("/oauth/token", "grant_type=refresh_token");
        await stage.AskAsync(new AuthorizationAsk().With("client_id", "nobody"));
        await stage.PostAsync("/account/sign-in", "email=a&email=b");
        Assert.Equal(before, await stage.Server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events"));
    }
}
