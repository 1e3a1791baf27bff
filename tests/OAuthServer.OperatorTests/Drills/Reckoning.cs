using System.Net;
using System.Text.Json;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>Holds the ledger against what works when all is over, and against the audit log.</summary>
internal sealed class Reckoning(App app, Ledger ledger, Load load, string administration)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly ParallelOptions Few = new() { MaxDegreeOfParallelism = 4 };

    private readonly string _unpooled =
        new NpgsqlConnectionStringBuilder(administration) { Pooling = false }.ConnectionString;

    /// <summary>Writes whatever does not hold into the ledger; the load has been stopped.</summary>
    public async Task SettleAsync()
    {
        foreach (var session in load.Sessions)
            await Eventually.BecomesTrue(() => load.RefreshAsync(session), Patience, "a session goes on");
        if (load.Sessions.All(session => session.IsOver)) ledger.Broken("No session outlived the drill.");

        await Parallel.ForEachAsync(ledger.Held, Few, async (token, _) =>
        {
            if (!await WorksAsync(token)) ledger.Broken("A token that was given out is lost.");
        });
        await Parallel.ForEachAsync(ledger.Dead, Few, async (token, _) =>
        {
            if (await WorksAsync(token)) ledger.Broken("A token works that was revoked, or whose code was replayed.");
        });
        foreach (var session in load.Sessions.Where(session => !session.IsOver && session.Used.Count > 3))
            await UseAgainAsync(session);
        await AuditAsync();
    }

    // A token of three generations ago ends its session, whatever has happened since.
    private async Task UseAgainAsync(Chain session)
    {
        if (await WorksAsync(session.Used[^3])) ledger.Broken("A token was spent twice: an old one works.");
        else if (await WorksAsync(session.Newest)) ledger.Broken("A session outlived the use of an old token.");
    }

    private async Task<bool> WorksAsync(string token)
    {
        Reply? reply = null;
        await Eventually.BecomesTrue(
            async () => (reply = await app.RefreshAsync(token)) is not null, Patience, "a refresh has an answer");
        return reply!.Status == HttpStatusCode.OK;
    }

    private async Task AuditAsync()
    {
        var lost = await CountAsync(
            """
            SELECT count(*) FROM json_array_elements_text($1::json) AS acknowledged(id)
            WHERE NOT EXISTS (SELECT FROM oauth_audit_events AS event WHERE event.correlation_id = acknowledged.id)
            """, JsonSerializer.Serialize(ledger.Correlations));
        if (lost > 0) ledger.Broken($"{lost} acknowledged answers have no row in the audit log.");
        var twice = await CountAsync(
            """
            SELECT count(*) FROM (
                SELECT FROM oauth_audit_events WHERE event = 'code_redeemed' GROUP BY grant_id HAVING count(*) > 1
            ) AS twice
            """);
        if (twice > 0) ledger.Broken($"{twice} codes were redeemed twice.");

        var last = await CountAsync("SELECT max(id) FROM oauth_audit_events");
        await Eventually.BecomesTrue(
            async () => await CountAsync("SELECT coalesce(max(to_id), 0) FROM oauth_audit_seals") >= last,
            Patience, "the audit log is sealed");
        var verified = await CommandLine.On(_unpooled).RunAsync(["audit", "verify"]);
        if (verified.Code != 0) ledger.Broken($"audit verify: {verified.Output}{verified.Error}");
    }

    private async Task<long> CountAsync(string sql, params string[] values)
    {
        await using var connection = new NpgsqlConnection(_unpooled);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
