using Npgsql;

namespace OAuthServer.Storage;

/// <summary>What a database says of itself.</summary>
/// <param name="Major">15, 16, …</param>
/// <param name="Version">As PostgreSQL writes it.</param>
/// <param name="Role">Who we are to it.</param>
/// <param name="IsSuperuser">Whether that role may do anything.</param>
/// <param name="IsReadOnly">A standby, or transactions that are read-only.</param>
/// <param name="SynchronousCommit">As it holds for our sessions.</param>
/// <param name="Connections">How many the role may have open at once, over all instances.</param>
internal sealed record DatabaseState(
    int Major, string Version, string Role, bool IsSuperuser, bool IsReadOnly, string SynchronousCommit, bool Fsync, bool FullPageWrites, int Connections);

/// <summary>A right that a role should have on a table.</summary>
internal sealed record TableRight(string Table, string Right);

/// <summary>Questions about the database itself, for <c>OAuthServer doctor</c>. Every method throws <see cref="NpgsqlException"/> when it does not answer.</summary>
internal sealed class DatabaseFacts(NpgsqlDataSource database)
{
    // A limit of -1 is none.
    private const string State = """
        SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), current_user::text, me.rolsuper,
               pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,
               current_setting('synchronous_commit'), current_setting('fsync')::boolean, current_setting('full_page_writes')::boolean,
               least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                         - coalesce(current_setting('reserved_connections', true), '0')::int,
                     nullif(me.rolconnlimit, -1), nullif(here.datconnlimit, -1))
        FROM pg_roles AS me, pg_database AS here WHERE me.rolname = current_user AND here.datname = current_database()
        """;

    // A table that is not there has no row here; that is for the check of the schema to say.
    private const string Lacking = """
        SELECT name, privilege FROM unnest($1::text[], $2::text[]) AS wanted (name, privilege)
        WHERE NOT has_table_privilege(to_regclass(name)::oid, privilege) ORDER BY name, privilege
        """;

    /// <summary>Version, role and the settings that matter to us.</summary>
    public async Task<DatabaseState> LookAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(State);
        await using var row = await command.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4), row.GetString(5), row.GetBoolean(6), row.GetBoolean(7), row.GetInt32(8));
    }

    /// <summary>Those of the wanted rights that the role does not have.</summary>
    public async Task<IReadOnlyList<TableRight>> LackingAsync(IReadOnlyList<TableRight> wanted, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Lacking);
        command.Parameters.AddTexts(wanted.Select(right => right.Table)).AddTexts(wanted.Select(right => right.Right));
        await using var row = await command.ExecuteReaderAsync(ct);
        var lacking = new List<TableRight>();
        while (await row.ReadAsync(ct)) lacking.Add(new(row.GetString(0), row.GetString(1)));
        return lacking;
    }

    /// <summary>
    /// By how much the database's clock is ahead of ours, of several questions the one that was answered soonest: half of the
    /// time that its answer took is the most that this can be wrong by.
    /// </summary>
    public async Task<(TimeSpan Ahead, TimeSpan RoundTrip)> ClockAsync(TimeProvider clock, int questions, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        var best = (Ahead: TimeSpan.Zero, RoundTrip: TimeSpan.MaxValue);
        for (var i = 0; i < questions; i++)
        {
            await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
            var asked = clock.GetUtcNow();
            var began = clock.GetTimestamp();
            var told = (DateTime)(await command.ExecuteScalarAsync(ct))!;
            var took = clock.GetElapsedTime(began);
            if (took < best.RoundTrip) best = (told - (asked + (took / 2)).UtcDateTime, took);
        }

        return best;
    }
}
