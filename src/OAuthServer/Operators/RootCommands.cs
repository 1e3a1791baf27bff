using System.CommandLine;
using OAuthServer.Operators.Accounts;
using OAuthServer.Operators.Audit;
using OAuthServer.Operators.Clients;
using OAuthServer.Operators.Doctor;
using OAuthServer.Operators.Import;
using OAuthServer.Operators.Keys;
using OAuthServer.Operators.Restore;
using OAuthServer.Settings;

namespace OAuthServer.Operators;

/// <summary>The operator's commands. Without one the server runs.</summary>
internal static class RootCommands
{
    private static readonly string[] Questions = ["--help", "-h", "-?", "--version"];

    /// <summary>
    /// True when the first argument is a word, be it the name of a command or not, or asks for help or the version.
    /// Settings, such as <c>--urls</c>, <c>/urls</c> or <c>key=value</c>, are for the server.
    /// </summary>
    public static bool Handles(string[] args) =>
        args is [{ Length: > 0 } first, ..] && (Questions.Contains(first) || !IsSetting(first));

    /// <summary>Runs a command with the settings of this process and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var settings = CommandSettings.Read();
        return await RunAsync(settings, args, new InvocationConfiguration());
    }

    /// <summary>Runs a command and returns its exit code.</summary>
    /// <param name="settings">What it works with.</param>
    /// <param name="args">Its name and options.</param>
    /// <param name="console">Where it prints to.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<int> RunAsync(
        CommandSettings settings, string[] args, InvocationConfiguration console, CancellationToken ct = default)
    {
        var root = Create(new CommandRunner(settings));
        if (!Questions.Contains(args[0]) && root.Subcommands.All(command => command.Name != args[0]))
        {
            await console.Error.WriteLineAsync(Unknown(args[0], root));
            return ExitCodes.Misconfigured;
        }

        var parsed = root.Parse(args);
        var code = await parsed.InvokeAsync(console, ct);
        return parsed.Errors.Count == 0 ? code : ExitCodes.Misconfigured;
    }

    private static RootCommand Create(CommandRunner runner) => new(
        "An OAuth 2.0 authorization server. Without a command it serves.")
    {
        MigrateCommand.Create(runner),
        KeysCommand.Create(runner),
        ClientsCommand.Create(runner),
        AccountsCommand.Create(runner),
        OperatorsCommand.Create(runner),
        ImportCommand.Create(runner),
        AuditCommand.Create(runner),
        RestoreCommand.Create(runner),
        DoctorCommand.Create(),
    };

    private static bool IsSetting(string argument) =>
        argument[0] is '-' or '/' || argument.Contains('=', StringComparison.Ordinal);

    private static string Unknown(string word, RootCommand root) =>
        $"There is no command {TerminalText.Quoted(word)}."
        + DidYouMean.Hint(word, root.Subcommands.Select(command => command.Name))
        + $" The commands are {string.Join(", ", root.Subcommands.Select(command => command.Name))}; without one the "
        + "server starts.";
}
