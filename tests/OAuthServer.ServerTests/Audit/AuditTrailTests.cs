using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Audit;

/// <summary>Every event leaves one row that says who, what and why, and holds no secret.</summary>
public sealed class AuditTrailTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private TestBrowser _browser = null!;
    private long _seen;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _browser = new TestBrowser(_server);
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    [Row("OPS-05")]
    public async Task Each_step_of_the_flow_is_one_row()
    {
        using (await _browser.TypePasswordAsync(
            await _browser.GetAsync("/account/sign-in"), password: "wrong-demo-password"))
        {
            await AssertNewAsync("sign_in", "wrong_password");
        }

        await _browser.SignInAsync();
        await AssertNewAsync("sign_in", null);
        var code = (await _browser.AuthorizeAsync(new AuthorizationAsk())).Code!;
        Assert.Equal([("code_issued", null), ("consent", null)], await NewEventsAsync());
        await _browser.AuthorizeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), "deny");
        await AssertNewAsync("consent", "access_denied", TestData.Spa);
        var first = await _server.RedeemAsync(code);
        var family = await AssertNewAsync("code_redeemed", null, TestData.Web, first);
        var second = await _server.RefreshAsync(first.RefreshToken);
        Assert.Equal(family, await AssertNewAsync("refresh_token_rotated", null, TestData.Web, second));
        Assert.Equal(family, await AssertNewAsync(
            "refresh_token_repeated", null, TestData.Web, await _server.RefreshAsync(first.RefreshToken)));
        Assert.Equal(family, await AssertNewAsync(
            "token_refused",
            "refresh_token_of_another_client",
            TestData.OtherWeb,
            await _server.RefreshAsync(second.RefreshToken, TestData.OtherWeb)));
        Assert.Equal(
            family,
            await AssertNewAsync("token_revoked", null, TestData.Web, await _server.RevokeAsync(second.RefreshToken)));
        await _server.RevokeAsync(second.RefreshToken);
        Assert.Empty(await NewRowsAsync());
        await AssertNoneAsync(
            code,
            first.RefreshToken!,
            first.AccessToken!,
            second.RefreshToken!,
            second.AccessToken!,
            AuthorizationAsk.Verifier,
            TestData.Secret,
            TestData.Password);
    }

    [Fact]
    [Row("OPS-05")]
    public async Task Reuse_is_recorded_with_the_withdrawal_and_the_refusal_and_once_only()
    {
        var code = (await _browser.AuthorizeAsync(new AuthorizationAsk())).Code!;
        var first = await _server.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        await NewRowsAsync();

        await AssertReuseAsync("code_reused", await _server.RedeemAsync(code));
        await _server.RedeemAsync(code);
        Assert.Equal([("token_refused", "code_reused")], await NewEventsAsync());

        var tokens = await _server.RedeemAsync((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var next = await _server.RefreshAsync(tokens.RefreshToken);
        await _server.RefreshAsync(next.RefreshToken);
        await NewRowsAsync();
        await AssertReuseAsync("refresh_token_reused", await _server.RefreshAsync(tokens.RefreshToken));
        await AssertNoneAsync(
            code,
            first.AccessToken!,
            first.RefreshToken!,
            tokens.RefreshToken!,
            next.RefreshToken!,
            next.AccessToken!,
            TestData.Secret,
            AuthorizationAsk.Verifier);
    }

    [Fact]
    [Row("OPS-05")]
    public async Task Refusals_and_access_token_revocations_are_one_row_each()
    {
        await _browser.AuthorizeAsync(new AuthorizationAsk());
        var tokens = await _server.RedeemAsync((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        await NewRowsAsync();

        await AssertNewAsync(
            "client_refused",
            "client_secret_wrong",
            TestData.Web,
            await _server.PostFormAsync(
                "/oauth/token",
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.RefreshToken),
                ("client_id", TestData.Web),
                ("client_secret", "wrong")));
        // Whose trace it is, the caller does not choose.
        await AssertNewAsync("client_refused", "client_secret_wrong", TestData.Web, await _server.PostRawAsync(
            "/oauth/token",
            "grant_type=refresh_token&client_id=demo-web&client_secret=wrong",
            headers: ("traceparent", "00-11111111111111111111111111111111-2222222222222222-01")));
        await AssertNewAsync(
            "client_refused", "client_unknown", "nobody", await _server.RefreshAsync(tokens.RefreshToken, "nobody"));
        await AssertNewAsync("token_refused", "code_unknown", TestData.Web, await _server.RedeemAsync("unknown"));
        await AssertNewAsync(
            "token_refused", "refresh_token_unknown", TestData.Web, await _server.RefreshAsync("unknown"));
        await AssertNewAsync("token_revoked", null, TestData.Web, await _server.RevokeAsync(tokens.AccessToken));
        await _server.RevokeAsync(tokens.AccessToken);
        Assert.Empty(await NewRowsAsync());
    }

    [Fact]
    public async Task Withdrawal_by_the_person_is_one_row_per_grant()
    {
        await _server.RedeemAsync((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var form = await TestBrowser.FormAsync(
            await _browser.GetAsync("/account/connections"), "/account/connections/withdraw");
        await NewRowsAsync();

        using var done = await _browser.PostAsync(form.Action, form.Fields);

        await AssertNewAsync("grant_withdrawn", null, TestData.Web);
    }

    // The one row since the last look; its correlation id is the answer's.
    private async Task<Guid?> AssertNewAsync(
        string @event, string? reason, string? clientId = null, Reply? answer = null)
    {
        var row = Assert.Single(await NewRowsAsync());
        Assert.Equal(
            (@event, reason, clientId), ((string)row["event"]!, (string?)row["reason"], (string?)row["client_id"]));
        Assert.Equal("127.0.0.1", row["address"]);
        Assert.True(row["client_id"] is not null || row["pseudonym"] is not null, @event);
        Assert.NotNull(row["correlation_id"]);
        if (answer is not null)
            Assert.Equal(Assert.Single(answer.Headers.GetValues("X-Correlation-Id")), row["correlation_id"]);
        return (Guid?)row["grant_id"];
    }

    // The withdrawal that a reuse brings about, and the refusal: both name the session's client and person.
    private async Task AssertReuseAsync(string reason, Reply answer)
    {
        var rows = await NewRowsAsync();
        Assert.Equal(
            [(reason, reason), ("token_refused", reason)],
            rows.Select(row => ((string)row["event"]!, (string?)row["reason"])));
        var alice = await _server.Database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", TestData.AliceId);
        Assert.All(rows, row => Assert.Equal(
            (TestData.Web, alice, "127.0.0.1", Assert.Single(answer.Headers.GetValues("X-Correlation-Id"))),
            (
                (string?)row["client_id"],
                (Guid?)row["pseudonym"],
                (string?)row["address"],
                (string?)row["correlation_id"])));
        Assert.Matches("^[0-9a-f]{32}$", (string?)rows[0]["correlation_id"]);
    }

    private async Task<IEnumerable<(string?, string?)>> NewEventsAsync() =>
        (await NewRowsAsync()).Select(row => ((string?)row["event"], (string?)row["reason"]));

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> NewRowsAsync()
    {
        var rows = await _server.Database.QueryAsync(
            "SELECT * FROM oauth_audit_events WHERE id > $1 ORDER BY event", _seen);
        _seen = rows.Select(row => (long)row["id"]!).Append(_seen).Max();
        return rows;
    }

    private async Task AssertNoneAsync(params string[] secrets)
    {
        var text = string.Join(
            '\n',
            (await _server.Database.QueryAsync("SELECT e::text AS row FROM oauth_audit_events e"))
                .Select(row => row["row"]));
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }
}
