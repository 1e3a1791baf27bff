using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators;

/// <summary>
/// Runs the work of a command: gives it the settings and the database, and turns what goes wrong with them, or with
/// the key store, into a sentence on standard error and an exit code.
/// </summary>
internal sealed class CommandRunner(CommandSettings settings)
{
    private const string OldSchema = "The schema of the database is older than this version: run OAuthServer migrate.";

    public CommandSettings Settings => settings;

    /// <summary>Runs work that needs no database; its answer is the exit code.</summary>
    /// <param name="settings">For what is shown of a wrong one; null where faults are shown whole.</param>
    public static async Task<int> RunAsync(
        ParseResult parsed, Func<Task<int>> work, CommandSettings? settings = null)
    {
        try
        {
            return await work();
        }
        catch (OptionsValidationException invalid)
        {
            foreach (var fault in invalid.Failures)
                await parsed.PrintErrorAsync(TerminalText.Safe(settings?.Shown(fault) ?? fault));
            return ExitCodes.Misconfigured;
        }
        catch (KeyStoreException outage)
        {
            await parsed.PrintErrorAsync(TerminalText.Safe(outage.Message));
            return ExitCodes.Unavailable;
        }
    }

    /// <summary>Runs work on the database; its answer is the exit code.</summary>
    public Task<int> RunAsync(ParseResult parsed, Func<OAuthDatabase, Task<int>> work) => RunAsync(parsed, async () =>
    {
        await using var database = await settings.OpenDatabaseAsync();
        try
        {
            return await work(database);
        }
        catch (Exception failure) when (DatabaseFault(failure) is { } fault)
        {
            await parsed.PrintErrorAsync(TerminalText.Safe(fault));
            return ExitCodes.Unavailable;
        }
    }, settings);

    // Null for a fault of the program.
    private string? DatabaseFault(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable } => OldSchema,
        PostgresException { SqlState: PostgresErrorCodes.UndefinedColumn } => OldSchema,
        NpgsqlException or TimeoutException =>
            DatabasePlace.Fault(settings.DatabasePlace, failure),
        _ => null,
    };
}
