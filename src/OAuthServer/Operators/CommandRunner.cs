using System.CommandLine;
using Microsoft.EntityFrameworkCore;
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
    public static async Task<int> RunAsync(ParseResult parsed, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (Known(failure) is not null)
        {
            var (code, sentences) = Known(failure)!.Value;
            foreach (var sentence in sentences) await parsed.PrintErrorAsync(TerminalText.Safe(sentence));
            return code;
        }
    }

    /// <summary>Runs work on the database; its answer is the exit code.</summary>
    public Task<int> RunAsync(ParseResult parsed, Func<OAuthDatabase, Task<int>> work) => RunAsync(parsed, async () =>
    {
        await using var database = settings.OpenDatabase();
        return await work(database);
    });

    // Null for a fault of the program. Npgsql's messages name host, database and role, and never the password.
    private static (int Code, IEnumerable<string> Sentences)? Known(Exception failure) => failure switch
    {
        OptionsValidationException invalid => (ExitCodes.Misconfigured, invalid.Failures),
        DbUpdateException { InnerException: { } cause } => Known(cause),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } =>
            (ExitCodes.Unavailable, [OldSchema]),
        KeyStoreException or NpgsqlException or TimeoutException => (ExitCodes.Unavailable, [failure.Message]),
        _ => null,
    };
}
