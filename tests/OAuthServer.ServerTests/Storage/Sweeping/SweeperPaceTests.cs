using Microsoft.Extensions.Options;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage.Sweeping;

/// <summary>How long a sweeper rests between its statements, and how small they become.</summary>
public sealed class SweeperPaceTests : IAsyncLifetime
{
    private readonly RecordedLog<Sweeper> _log = new();
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>At work for a tenth of the time, and never without a pause.</summary>
    [Theory]
    [InlineData(100, 900)]
    [InlineData(5, 50)]
    [InlineData(6, 54)]
    public async Task It_rests_nine_times_as_long_as_it_worked(int worked, int rest)
    {
        await _database.AddFamiliesAsync(5, TimeSpan.FromDays(3));
        var clock = new StatementClock(TimeSpan.FromMilliseconds(worked));

        await Sweeper(clock, batch: 2).RunAsync(Ct);

        Assert.Equal(Enumerable.Repeat(TimeSpan.FromMilliseconds(rest), 2), clock.Rests);
        Assert.Equal(0, await _database.CountAsync("oauth_refresh_tokens"));
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_halved_down_to_ten_rows_and_each_is_told()
    {
        await _database.ExecuteAsync(
            """
            CREATE FUNCTION take_your_time() RETURNS trigger LANGUAGE plpgsql
                AS $$ BEGIN PERFORM pg_sleep(1); RETURN OLD; END $$;
            CREATE TRIGGER take_your_time BEFORE DELETE ON oauth_refresh_tokens
                FOR EACH ROW EXECUTE FUNCTION take_your_time()
            """);
        await _database.AddFamiliesAsync(50, TimeSpan.FromDays(3));

        await Sweeper(new StatementClock(TimeSpan.Zero), batch: 45).RunAsync(Ct);

        Assert.Equal(
            new[] { 45, 22, 11, 10 }
                .Select(rows =>
                    $"6202 Information: Sweeping {rows} rows of oauth_refresh_tokens took longer than 00:00:00.0200000 "
                        + "and was given up; fewer are tried."),
            _log.Lines);
        Assert.Equal(50, await _database.CountAsync("oauth_refresh_tokens"));
    }

    private Sweeper Sweeper(TimeProvider clock, int batch) => new(
        new Sweeps(_database.Contexts),
        [SweptTable.RefreshTokens(TimeSpan.FromDays(1))],
        new SweepTotals(),
        Options.Create(new SweeperOptions
        {
            BatchSize = batch,
            StatementTimeout = TimeSpan.FromMilliseconds(batch == 45 ? 20 : 5000),
        }),
        clock,
        _log);

    // Every look at it is so much later, and a rest is over at once.
    private sealed class StatementClock(TimeSpan worked) : TimeProvider
    {
        private long _looks;

        public List<TimeSpan> Rests { get; } = [];

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _looks++ * worked.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Rests.Add(dueTime);
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
