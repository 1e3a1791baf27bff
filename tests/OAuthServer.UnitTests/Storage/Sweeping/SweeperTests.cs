using Microsoft.Extensions.Options;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Storage.Sweeping;

/// <summary>What a sweeper does while the database cannot be had, and when it begins at all.</summary>
public sealed class SweeperTests : IDisposable
{
    private static readonly SweptTable[] Tables = [SweptTable.RevokedTokens(), SweptTable.RefreshTokens(TimeSpan.Zero)];

    private readonly WaitingClock _clock = new();
    private readonly FailingDatabase _database = new();
    private readonly RecordedLog<Sweeper> _log = new();
    private readonly SweeperOptions _options = new();
    private readonly Sweeper _sweeper;

    public SweeperTests() => _sweeper = new Sweeper(
        new Sweeps(_database), Tables, new SweepTotals(), Options.Create(_options), _clock, _log);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _sweeper.Dispose();

    [Fact]
    public async Task A_table_that_fails_is_named_and_the_next_one_is_tried()
    {
        await _sweeper.RunAsync(Ct);

        Assert.Equal(
            [
                "6201 Warning: Sweeping oauth_revoked_tokens failed (the database is away); the next run tries again.",
                "6201 Warning: Sweeping oauth_refresh_tokens failed (the database is away); the next run tries again.",
            ],
            _log.Lines);
    }

    [Fact]
    public async Task Any_other_failure_is_not_hidden()
    {
        _database.Failure = new InvalidOperationException("a bug");

        await Assert.ThrowsAsync<InvalidOperationException>(() => _sweeper.RunAsync(Ct));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task While_the_server_stops_nothing_is_said()
    {
        using var stop = new CancellationTokenSource();
        _database.Meanwhile = stop.Cancel;

        await Assert.ThrowsAsync<Npgsql.NpgsqlException>(() => _sweeper.RunAsync(stop.Token));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task It_begins_after_its_first_interval()
    {
        await _sweeper.StartAsync(Ct);
        Assert.Equal(0, _database.Asked);
        Assert.InRange(await _clock.PassAsync(), TimeSpan.FromSeconds(54), TimeSpan.FromSeconds(66));
        await _clock.NextAsync();

        Assert.Equal(2, _database.Asked);
        await _sweeper.StopAsync(Ct);
    }

    [Fact]
    public async Task Switched_off_it_ends_at_once()
    {
        _options.Enabled = false;
        await _sweeper.StartAsync(Ct);

        await _sweeper.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), Ct);
    }

    [Fact]
    public void Rows_stay_for_as_long_as_their_table_says()
    {
        var day = TimeSpan.FromDays(1);

        Assert.Equal(("oauth_authorization_codes", "expires_at", day), Parts(SweptTable.Codes(day)));
        Assert.Equal(("oauth_refresh_tokens", "sweep_at", day), Parts(SweptTable.RefreshTokens(day)));
        Assert.Equal(("oauth_revoked_tokens", "expires_at", TimeSpan.Zero), Parts(SweptTable.RevokedTokens()));
        Assert.Equal(
            ("oauth_pushed_requests", "expires_at", TimeSpan.FromMinutes(10)), Parts(SweptTable.PushedRequests()));
        Assert.Equal(("oauth_audit_events", "occurred_at", day), Parts(SweptTable.AuditEvents(day)));
        Assert.Equal(("account_sessions", "ended_at", day), Parts(SweptTable.Sessions(day)));
        Assert.Equal(("oauth_logout_notices", "done_at", day), Parts(SweptTable.LogoutNotices(day)));
        Assert.Equal(("mail_outbox", "expires_at", day), Parts(SweptTable.Mails(day)));
        Assert.Equal(("account_tokens", "expires_at", day), Parts(SweptTable.AccountTokens(day)));
    }

    private static (string Name, string End, TimeSpan Keep) Parts(SweptTable table) =>
        (table.Name, table.End, table.Keep);
}
