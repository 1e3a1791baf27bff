using OAuthServer.Bench.Scale;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage.Sweeping;

/// <summary>
/// The simulation behind docs/scale.md beside a real database: a few sessions live the same lives in both, day by day,
/// and the real sweeper takes the rows away.
/// </summary>
public sealed class SessionSimulationTests : IAsyncLifetime
{
    private const int Days = 60;
    private const int Sessions = 1_200;
    private static readonly SessionLife Life = new() { DaysOfUse = 12, LongestDays = 30 };

    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task As_many_rows_are_there_as_it_says()
    {
        SimulatedSession[] all = [.. SessionSimulation.Draw(Life, Days, Sessions, seed: 7)];
        var sweeps = new Sweeps(_database.Contexts);
        var families = SweptTable.RefreshTokens(TimeSpan.FromDays(Life.KeepDays));
        var left = 0;
        for (var day = 1; day <= Days; day++)
        {
            await PassDayAsync(all, day);
            left += (await sweeps.DeleteAsync(families, Sessions, null, TimeSpan.FromSeconds(5), Ct)).Removed;
            if (day % 10 != 0) continue;
            Assert.Equal(
                all.Count(session => session.IsThere(day)), await _database.CountAsync("oauth_refresh_tokens"));
            Assert.Equal(all.Count(session => session.IsLive(day)), await _database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_refresh_tokens WHERE expires_at > now()"));
        }

        Assert.InRange(left, Sessions / 2, Sessions);
    }

    [Fact]
    public void A_long_run_is_steady_and_adds_up()
    {
        var day = SessionSimulation.Run(Life, seed: 1);
        var other = SessionSimulation.Run(Life, seed: 2);

        Assert.InRange(day.Begun / day.Leaving, 0.97, 1.03);
        Assert.InRange(day.Rows / other.Rows, 0.99, 1.01);
        // Used and then idle for a week: Little's law, for lives that end at thirty days at the latest.
        var used = Life.DaysOfUse * (1 - Math.Exp(-Life.LongestDays / Life.DaysOfUse));
        Assert.InRange(day.Refreshes / (day.Begun * used * Life.RefreshesADay), 0.98, 1.02);
        Assert.InRange(day.Rows, 1.05, 1.25);
    }

    // A day goes by for all rows; who began or was there on it has the row that the server's statements would have
    // left.
    private async Task PassDayAsync(SimulatedSession[] all, int day)
    {
        await _database.ExecuteAsync(
            """
            UPDATE oauth_refresh_tokens SET created_at = created_at - interval '1 day',
                expires_at = expires_at - interval '1 day',
                   family_expires_at = family_expires_at - interval '1 day', sweep_at = sweep_at - interval '1 day'
            """);
        var seen = all.Index().Where(session => session.Item.Began < day && session.Item.LastUsed > day - 1).ToList();
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_refresh_tokens AS t
                (family, id, client_id, user_id, scope, token, created_at, family_expires_at, expires_at, sweep_at)
            SELECT sha256(convert_to(number::text, 'UTF8')), gen_random_uuid(), 'demo-web', gen_random_uuid(), 'read',
                sha256('live'),
                   created_at, family_end, ends, date_bin('24 hours', ends, created_at) + interval '24 hours'
            FROM unnest($1::int[], $2::float8[], $3::float8[]) AS s (number, began, used),
                 LATERAL (SELECT now() - began * interval '1 day' AS created_at) AS a,
                 LATERAL (SELECT created_at + $4 * interval '1 day' AS family_end) AS b,
                 LATERAL (SELECT LEAST(now() - used * interval '1 day' + $5 * interval '1 day', family_end) AS ends)
                 AS c
            ON CONFLICT (family) DO UPDATE SET expires_at = LEAST(excluded.expires_at, t.family_expires_at),
                sweep_at = date_bin('24 hours', LEAST(excluded.expires_at, t.family_expires_at),
                t.created_at) + interval '24 hours'
            """,
            seen.Select(session => session.Index).ToArray(),
            seen.Select(session => day - session.Item.Began).ToArray(),
            seen.Select(session => day - Math.Min(session.Item.LastUsed, day)).ToArray(),
            Life.LongestDays, Life.IdleDays);
    }
}
