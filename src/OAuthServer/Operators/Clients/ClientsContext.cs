using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>What the <c>clients</c> commands work with. Everything is asked for when a command runs, so that a fault is reported by it.</summary>
/// <param name="connectionString">Null or empty when none is configured.</param>
/// <param name="secrets">Section <c>ClientSecrets</c>.</param>
/// <param name="configuration">For the names of <c>OAuth:Scopes</c>: the rest of that section need not be right to look at clients.</param>
/// <param name="variable">The value of an environment variable; null when there is none.</param>
/// <param name="clock">Now.</param>
internal sealed class ClientsContext(
    Func<string?> connectionString, Func<ClientSecretOptions> secrets, IConfiguration configuration, Func<string, string?> variable, TimeProvider clock)
{
    /// <summary>It did what it was asked for.</summary>
    public const int Done = 0;

    /// <summary>It was refused, or something was found.</summary>
    public const int Refused = 1;

    /// <summary>The configuration or the database cannot be used.</summary>
    public const int CannotRun = 2;

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Clock => clock;

    /// <summary>Now.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The value of an environment variable; null when there is none.</summary>
    public Func<string, string?> Variable => variable;

    /// <summary><c>ClientSecrets:Cost</c>.</summary>
    /// <exception cref="OptionsValidationException">It is out of bounds.</exception>
    public int Cost => secrets().Cost;

    /// <summary>The names of <c>OAuth:Scopes</c>.</summary>
    public IReadOnlyCollection<string> Scopes => [.. configuration.GetSection("OAuth:Scopes").GetChildren().Select(scope => scope.Key)];

    /// <summary>Opens the database for one command, and turns what goes wrong with it or with the configuration into a sentence and an exit code.</summary>
    public async Task<int> RunAsync(ParseResult parsed, Func<OAuthDatabase, Task<int>> work, int cannotRun = CannotRun)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (connectionString() is not { Length: > 0 } configured)
        {
            await error.WriteLineAsync("No database is configured: set ConnectionStrings__OAuthServer.");
            return cannotRun;
        }

        try
        {
            await using var database = OAuthDatabase.Open(configured);
            return await work(database);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException or FormatException or TimeoutException or OptionsValidationException)
        {
            await error.WriteLineAsync(Cause(failure));
            return cannotRun;
        }
    }

    /// <summary>What is said of a client that is not registered.</summary>
    public static string Unknown(string id) => $"There is no client {TerminalText.Safe(id)}.";

    /// <summary>The option for programs.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs." };

    private static string Cause(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } => "The schema of the database is too old: run OAuthServer migrate.",
        NpgsqlException or TimeoutException => TerminalText.Safe(failure.Message),
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        _ => "The connection string ConnectionStrings__OAuthServer cannot be read.",
    };
}
