using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the database answers, is one that we can use, and keeps what it was told.</summary>
internal sealed class DatabaseCheck(
    DatabaseFacts database,
    NpgsqlDataSource pool,
    IOptions<DatabaseOptions> options,
    IHostEnvironment environment) : IDoctorCheck
{
    private const int OldestVersion = 15;

    /// <inheritdoc/>
    public string Name => "database";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString);
        var place = DatabasePlace.Of(options.Value.ConnectionString);
        // One developer never opens so many connections.
        var tooFewConnections = environment.IsDevelopment() ? Severity.Note : Severity.Warning;
        var report = new CheckReport();
        report.Fact("database", place);
        try
        {
            if (await PreparedStatementProbe.LosesStatementsAsync(pool, ct))
            {
                report.Error(
                    FindingIds.DatabasePooler, PreparedStatementProbe.Lost, PreparedStatementProbe.Fix);
            }

            JudgeHosts(report, settings);
            Judge(report, await database.ReadAsync(ct), settings.MaxPoolSize, tooFewConnections);
            return report.Result();
        }
        catch (Exception outage) when (DatabaseFailure.Is(outage))
        {
            report.Error(
                FindingIds.DatabaseUnreachable,
                $"The database {place} does not answer: {DatabasePlace.Reason(outage)}",
                DatabasePlace.Advice(outage));
            return report.Result(Requirement.Database);
        }
    }

    /// <summary>Of several hosts the first one that answers is taken, a standby too.</summary>
    internal static void JudgeHosts(CheckReport report, NpgsqlConnectionStringBuilder settings)
    {
        var hosts = settings.Host!.Split(',').Length;
        if (hosts == 1 || settings.TargetSessionAttributes is "primary" or "read-write") return;
        report.Error(
            FindingIds.DatabaseHosts,
            $"{hosts} hosts, and any of them will do: a standby would be written to, and refuses.",
            "Add Target Session Attributes=primary to ConnectionStrings:OAuthServer.");
    }

    /// <summary>What the settings of a database mean for us.</summary>
    internal static void Judge(CheckReport report, DatabaseState state, int poolSize, Severity tooFewConnections)
    {
        report.Fact("PostgreSQL", state.Version);
        report.Fact("role", state.Role);
        report.Fact("connections", $"{poolSize} at most per instance, {state.Connections} at most in all");
        JudgeUse(report, state);
        JudgeDurability(report, state);
        if (poolSize > state.Connections)
        {
            report.Add(
                tooFewConnections, FindingIds.DatabasePoolTooLarge,
                $"One instance may open {Quantity.Of(poolSize, "connection")}, and the database has {state.Connections} for all "
                + "together: under load, others are refused.",
                "Set Maximum Pool Size in ConnectionStrings:OAuthServer so that all instances together stay below; 20 "
                + "for each are enough for most, or raise max_connections.");
        }
    }

    private static void JudgeUse(CheckReport report, DatabaseState state)
    {
        if (state.Major < OldestVersion)
        {
            report.Error(
                FindingIds.DatabaseTooOld,
                $"PostgreSQL {state.Version} is older than {OldestVersion}.",
                $"Upgrade to PostgreSQL {OldestVersion} or newer.");
        }

        if (state.IsReadOnly)
        {
            report.Error(
                FindingIds.DatabaseReadOnly,
                "The database takes no writes: it is a standby, or its transactions are read-only.",
                "Point ConnectionStrings:OAuthServer at the primary (Target Session Attributes=primary chooses it "
                + "among several hosts).");
        }

        if (state.IsSuperuser)
        {
            report.Note(
                FindingIds.DatabaseSuperuser,
                $"The role {state.Role} is a superuser, which may do anything to any database of this server.",
                "Let the server use a role that may read and write its tables and no more; migrations can use another "
                + "one.");
        }
    }

    private static void JudgeDurability(CheckReport report, DatabaseState state)
    {
        if (!state.Fsync || !state.FullPageWrites)
        {
            report.Error(
                FindingIds.DatabaseNotDurable,
                "fsync or full_page_writes is off: a power cut can destroy the database.",
                "Set both to on in postgresql.conf and reload.");
        }

        if (state.SynchronousCommit == "off")
        {
            report.Warning(
                FindingIds.DatabaseCommitsEarly,
                "synchronous_commit is off: a crash takes back the last moments, so that a used code or refresh token "
                + "is good again.",
                "Set synchronous_commit to on, for this role at least: ALTER ROLE … SET synchronous_commit = on.");
        }
    }
}
