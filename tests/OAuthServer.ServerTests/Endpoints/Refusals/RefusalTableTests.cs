using System.Text.RegularExpressions;
using OAuthServer.Testing;
using Serilog.Events;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>
/// Every cause of refusal, provoked: the answer is what its specification wants and says no more; log, metric and audit
/// have the reason, under the id that the answer carries; and docs/errors.md explains it.
/// </summary>
public sealed class RefusalTableTests(RefusalStage stage) : IClassFixture<RefusalStage>
{
    private const int FewestCauses = 40;

    private static readonly Dictionary<string, RefusalCase> Cases = RefusalCases.All.ToDictionary(
        cause => cause.Reason, StringComparer.Ordinal);

    public static TheoryData<string> Reasons => [.. Cases.Keys];

    [Fact]
    public void Every_reason_in_the_source_is_provoked_here_or_said_to_be_tested_elsewhere()
    {
        Assert.True(Cases.Count >= FewestCauses);
        Assert.Empty(Cases.Keys.Intersect(RefusalCases.Elsewhere.Keys));
        Assert.Equal(
            string.Join('\n', ReasonCodes.InSource.Order(StringComparer.Ordinal)),
            string.Join('\n', Cases.Keys.Concat(RefusalCases.Elsewhere.Keys).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task A_refusal_explains_itself(string reason)
    {
        var cause = Cases[reason];
        var counted = stage.Counted(cause.Endpoint, cause.Error, reason);

        var answer = await cause.Provoke(stage);

        Assert.True(cause.Status == answer.Status, $"{answer.Status} {answer.Location} {answer.Body}");
        Assert.Matches("^[0-9a-f]{32}$", answer.CorrelationId);
        AssertForm(cause, answer);
        var line = Assert.Single(stage.Log.RefusalsOf(answer.CorrelationId!));
        Assert.Equal(
            (cause.Endpoint, cause.Error, cause.Reason, cause.Client),
            (
                RefusalEvents.Text(line, "Endpoint"),
                RefusalEvents.Text(line, "Error"),
                RefusalEvents.Text(line, "Reason"),
                RefusalEvents.Text(line, "ClientId")));
        Assert.Equal(cause.Status is 404 or 405 or 429 ? LogEventLevel.Debug : LogEventLevel.Information, line.Level);
        Assert.True(stage.Counted(cause.Endpoint, cause.Error, reason) > counted, "The refusal was not counted.");
        await AssertAuditAsync(cause, answer.CorrelationId!);
        AssertNothingTold(cause, answer);
        Assert.True(ReasonCodes.HasAnchor(reason), "docs/errors.md has no entry");
    }

    private static void AssertForm(RefusalCase cause, RefusedAnswer answer)
    {
        if (cause.Form is Form.Json or Form.Redirect) Assert.Equal(cause.Error, answer.Error);
        if (cause.Form != Form.Redirect) Assert.Null(answer.Location);
        var type = cause.Form switch
        {
            Form.Json => "application/json",
            Form.ErrorPage or Form.Page => "text/html",
            _ => null,
        };
        Assert.Equal(type, answer.ContentType);
        if (cause.Form == Form.Bare) Assert.Empty(answer.Body);
        if (cause.Form != Form.ErrorPage) return;
        Assert.Contains($"<code>{cause.Error}</code>", answer.Body, StringComparison.Ordinal);
        Assert.Contains($"<code>{answer.CorrelationId}</code>", answer.Body, StringComparison.Ordinal);
    }

    private async Task AssertAuditAsync(RefusalCase cause, string correlationId)
    {
        // A server that was broken on purpose has a database of its own, and no row.
        var rows = await stage.Server.Database.QueryAsync(
            "SELECT event, client_id FROM oauth_audit_events WHERE correlation_id = $1 AND reason = $2",
            correlationId,
            cause.Reason);
        // What a reuse ended has rows of its own.
        var refusals = rows.Where(row => (string)row["event"]! != cause.Reason
            && (string)row["event"]! != "refresh_token_reused").ToList();
        if (cause.Audit is null)
        {
            Assert.Empty(refusals);
            return;
        }

        var row = Assert.Single(refusals);
        Assert.Equal(cause.Audit, row["event"]);
        if (cause.Client is not null) Assert.Equal(cause.Client, row["client_id"]);
    }

    private void AssertNothingTold(RefusalCase cause, RefusedAnswer answer)
    {
        if (cause.Reason != cause.Error)
        {
            var told = new Regex($"(?<![a-z_]){cause.Reason}(?![a-z_])");
            Assert.DoesNotMatch(told, answer.Body);
            Assert.DoesNotMatch(told, answer.Head);
        }

        var lines = stage.Log.Of(answer.CorrelationId!).Select(RefusalEvents.Whole).ToList();
        Assert.DoesNotContain(
            stage.Secrets,
            secret => answer.Body.Contains(secret, StringComparison.Ordinal)
                || lines.Exists(line => line.Contains(secret, StringComparison.Ordinal)));
    }
}
