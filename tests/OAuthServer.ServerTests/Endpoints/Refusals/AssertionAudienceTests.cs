using OAuthServer.Testing;
using Serilog.Events;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>What an operator is told of a refused assertion, and what its sender is not.</summary>
public sealed class AssertionAudienceTests(RefusalStage stage) : IClassFixture<RefusalStage>, IAsyncLifetime
{
    private readonly AppKey _key = AppKey.Create("ES256");

    public async ValueTask InitializeAsync()
    {
        await stage.Server.Database.ExecuteAsync("DELETE FROM oauth_clients WHERE client_id LIKE 'audience-%'");
        Client = "audience-" + Guid.NewGuid();
        await stage.Server.Database.AddKeyClientAsync(Client, _key.Jwks);
    }

    private string Client { get; set; } = "";

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Row("PKJ-12")]
    public async Task Log_and_audit_have_the_cause_and_the_answer_has_not()
    {
        var used = _key.Assertion(Client);
        await SendAsync(used);
        (string Reason, string Assertion)[] causes =
        [
            ("client_assertion_audience", _key.Assertion(Client, new { aud = TestServer.Issuer + "/oauth/token" })),
            ("client_assertion_key_unknown", _key.Assertion(Client, header: new { kid = "another" })),
            ("client_assertion_reused", used),
        ];
        var bodies = new HashSet<string>();
        foreach (var (reason, assertion) in causes)
        {
            var answer = await SendAsync(assertion);
            Assert.Equal((401, "invalid_client"), (answer.Status, answer.Error));
            bodies.Add(answer.Body);
            Assert.Equal(
                reason, RefusalEvents.Text(Assert.Single(stage.Log.RefusalsOf(answer.CorrelationId!)), "Reason"));
            Assert.Equal((reason, Client), await AuditedAsync(answer.CorrelationId!));
            var all = string.Join('\n', stage.Log.Of(answer.CorrelationId!).Select(RefusalEvents.Whole));
            Assert.All(assertion.Split('.'), part => Assert.DoesNotContain(part, all, StringComparison.Ordinal));
        }

        Assert.Single(bodies);
        foreach (var signature in causes.Select(cause => cause.Assertion.Split('.')[2]))
            Assert.Equal(0, await stage.Server.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events AS event WHERE position($1 IN event::text) > 0", signature));
    }

    [Theory]
    [Row("PKJ-12")]
    [InlineData("https://as.example.test/oauth/token", "\"https://as.example.test/oauth/token\"")]
    [InlineData("x\r\n{\"@l\":\"Fatal\"}", "\"x\\u000D\\u000A{\\u0022@l\\u0022:\\u0022Fatal\\u0022}\"")]
    [InlineData(null, "nobody")]
    public async Task The_received_audience_is_in_the_log_and_the_audit_row_escaped(string? audience, string shown)
    {
        var answer = await SendAsync(_key.Assertion(Client, new { aud = audience }));

        var line = Assert.Single(stage.Log.Of(answer.CorrelationId!, 1021));
        Assert.Equal(
            (shown, TestServer.Issuer, LogEventLevel.Information),
            (RefusalEvents.Text(line, "Received"), RefusalEvents.Text(line, "Expected"), line.Level));
        Assert.Equal(shown, await stage.Server.Database.ScalarAsync<string>(
            "SELECT detail FROM oauth_audit_events WHERE correlation_id = $1", answer.CorrelationId!));
        Assert.DoesNotContain(audience ?? "nobody", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    [Row("PKJ-12")]
    public async Task A_long_audience_is_cut()
    {
        var answer = await SendAsync(_key.Assertion(Client, new { aud = Enumerable.Repeat(new string('a', 100), 40) }));
        Assert.Equal(
            257, RefusalEvents.Text(Assert.Single(stage.Log.Of(answer.CorrelationId!, 1021)), "Received")!.Length);
        Assert.Equal(257, await stage.Server.Database.ScalarAsync<int>(
            "SELECT length(detail) FROM oauth_audit_events WHERE correlation_id = $1", answer.CorrelationId!));
    }

    private Task<RefusedAnswer> SendAsync(string assertion) => stage.PostAsync(
        "/oauth/token",
        $"grant_type=refresh_token&refresh_token=unknown"
            + $"&client_assertion_type={Uri.EscapeDataString(AppKey.AssertionType)}&client_assertion={assertion}");

    private async Task<(string, string)> AuditedAsync(string correlationId)
    {
        var row = Assert.Single(
            await stage.Server.Database.QueryAsync(
                "SELECT reason, client_id FROM oauth_audit_events WHERE correlation_id = $1", correlationId));
        return ((string)row["reason"]!, (string)row["client_id"]!);
    }
}
