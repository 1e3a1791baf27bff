using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Audit;

/// <summary>What each refusal leaves in the log, and which of them go into the audit log.</summary>
public sealed class RefusalLogTests : IDisposable
{
    private static readonly AuditContext Context = new("192.0.2.1", "trace-1");

    private readonly ServerTelemetry _telemetry = new(new("test"), TimeProvider.System);
    private readonly RecordedLog<RefusalLog> _lines = new();
    private readonly RecordedLog<RefusalJournal> _journalLines = new();
    private readonly FailingDatabase _database = new();
    private readonly RefusalLog _log;
    private readonly RefusalJournal _journal;

    public RefusalLogTests()
    {
        _log = new RefusalLog(_telemetry, _lines);
        _journal = new RefusalJournal(_log, new AuditEvents(_database), _journalLines);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _telemetry.Dispose();

    [Theory]
    [InlineData(400, "Information")]
    [InlineData(401, "Information")]
    [InlineData(403, "Information")]
    [InlineData(404, "Debug")]
    [InlineData(405, "Debug")]
    [InlineData(406, "Information")]
    [InlineData(428, "Information")]
    [InlineData(429, "Debug")]
    [InlineData(430, "Information")]
    [InlineData(500, "Information")]
    [InlineData(503, "Information")]
    public void A_flood_that_no_budget_bounds_is_a_whisper(int status, string level)
    {
        var error = OAuthError.InvalidRequest("told", "why", status) with { About = new("notes") };

        Assert.Same(error, _log.Note("token", error, Context));

        Assert.Equal(
            [$"1001 {level}: Refused at token: invalid_request (why), client notes. Correlation id trace-1"],
            _lines.Lines);
    }

    [Fact]
    public void A_redirect_URI_that_is_not_registered_is_compared_with_the_nearest_one()
    {
        var mismatch = new RedirectUriMismatch("https://app.example/cp", ["https://app.example/cb"]);

        _log.Note("authorize", OAuthError.InvalidRequest("", "why") with { Mismatch = mismatch }, Context);

        Assert.Equal(
            "1003 Information: The redirect URI https://app.example/cp is not https://app.example/cb, the nearest "
            + "registered one: character 21 is 'p' instead of 'b'. Correlation id trace-1",
            _lines.Lines[1]);
        _log.Note(
            "authorize",
            OAuthError.InvalidRequest("", "why") with { Mismatch = new("https://app.example/cp", []) },
            Context);
        Assert.Equal(3, _lines.Lines.Count);
    }

    /// <summary>What names a client is audited, unless it is the server that cannot.</summary>
    [Theory]
    [InlineData(400, true, true)]
    [InlineData(401, true, true)]
    [InlineData(400, false, false)]
    [InlineData(429, true, false)]
    [InlineData(503, true, false)]
    [InlineData(500, true, true)]
    public async Task A_refusal_that_names_somebody_is_audited(int status, bool names, bool isAudited)
    {
        var error = OAuthError.InvalidRequest("", "why", status) with { About = names ? new("notes") : null };

        if (isAudited)
            await Assert.ThrowsAsync<Npgsql.NpgsqlException>(
                () => _journal.RecordAsync("token", "event", error, Context, Ct));
        else Assert.Same(error, await _journal.RecordAsync("token", "event", error, Context, Ct));

        Assert.Equal(isAudited ? 1 : 0, _database.Asked);
        Assert.Equal(isAudited ? 0 : 1, _lines.Lines.Count);
    }

    [Theory]
    [InlineData(401, 1)]
    [InlineData(429, 0)]
    public async Task A_client_that_is_not_known_is_audited_until_its_budget_is_used_up(int status, int asked)
    {
        var error = new OAuthError("invalid_client", "", "why", status);

        if (asked > 0)
            await Assert.ThrowsAsync<Npgsql.NpgsqlException>(
                () => _journal.RecordClientAsync("token", error, "c", Context, Ct));
        else await _journal.RecordClientAsync("token", error, "c", Context, Ct);

        Assert.Equal(asked, _database.Asked);
        Assert.Empty(_journalLines.Lines);
    }
}
