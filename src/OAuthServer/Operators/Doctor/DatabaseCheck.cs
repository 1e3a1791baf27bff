using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the database answers, is one that we can use, and keeps what it was told.</summary>
internal sealed class DatabaseCheck(DatabaseFacts database, IOptions<DatabaseOptions> options, IHostEnvironment environment) : IDoctorCheck
{
    private const int OldestVersion = 15;

    /// <inheritdoc/>
    public string Name => "database";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Configuration;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.Value.ConnectionString);
        var place = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}");
        try
        {
            return Judge(place, settings.MaxPoolSize, await database.LookAsync(ct), environment.IsDevelopment() ? Severity.Note : Severity.Warning);
        }
        catch (Exception outage) when (outage is NpgsqlException or TimeoutException or IOException)
        {
            return new Notes().Fact("database", place)
                .Found(FindingIds.DatabaseUnreachable, Severity.Error, $"The database {place} does not answer: {Reason(outage)}",
                    "Check that PostgreSQL runs, that this machine may reach it, and the role, password and database of ConnectionStrings:OAuthServer.")
                .Done(Ground.Database);
        }
    }

    /// <summary>What the settings of a database mean for us.</summary>
    /// <param name="scarce">How much it matters that there may be too few connections: one developer never opens so many.</param>
    internal static Examination Judge(string place, int poolSize, DatabaseState state, Severity scarce = Severity.Warning)
    {
        var notes = new Notes().Fact("database", place).Fact("PostgreSQL", state.Version).Fact("role", state.Role)
            .Fact("connections", string.Create(CultureInfo.InvariantCulture, $"{poolSize} at most per instance, {state.Connections} at most in all"));
        notes.FoundIf(state.Major < OldestVersion, FindingIds.DatabaseTooOld, Severity.Error,
            $"PostgreSQL {state.Version} is older than {OldestVersion}.", $"Upgrade to PostgreSQL {OldestVersion} or newer.");
        notes.FoundIf(state.IsReadOnly, FindingIds.DatabaseReadOnly, Severity.Error,
            "The database takes no writes: it is a standby, or its transactions are read-only.", "Point ConnectionStrings:OAuthServer at the primary (Target Session Attributes=primary chooses it among several hosts).");
        notes.FoundIf(!state.Fsync || !state.FullPageWrites, FindingIds.DatabaseNotDurable, Severity.Error,
            "fsync or full_page_writes is off: a power cut can destroy the database.", "Set both to on in postgresql.conf and reload.");
        notes.FoundIf(state.SynchronousCommit == "off", FindingIds.DatabaseCommitsEarly, Severity.Warning,
            "synchronous_commit is off: a crash takes back the last moments, so that a used code or refresh token is good again.",
            "Set synchronous_commit to on, for this role at least: ALTER ROLE … SET synchronous_commit = on.");
        notes.FoundIf(state.IsSuperuser, FindingIds.DatabaseSuperuser, Severity.Note,
            $"The role {state.Role} is a superuser, which may do anything to any database of this server.",
            "Let the server use a role that may read and write its tables and no more; migrations can use another one.");
        notes.FoundIf(poolSize > state.Connections, FindingIds.DatabasePoolTooLarge, scarce,
            string.Create(CultureInfo.InvariantCulture, $"One instance may open {poolSize} connections, and the database has {state.Connections} for all together: under load, others are refused."),
            "Set Maximum Pool Size in ConnectionStrings:OAuthServer so that all instances together stay below; 20 for each are enough for most, or raise max_connections.");
        return notes.Done();
    }

    // Npgsql's messages name host, role and database, never the password. The cause beneath says more.
    private static string Reason(Exception outage) => outage.InnerException is { } cause && !outage.Message.Contains(cause.Message, StringComparison.Ordinal)
        ? $"{outage.Message} ({cause.Message})"
        : outage.Message;
}
