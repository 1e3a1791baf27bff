using System.CommandLine;

namespace OAuthServer.Operators;

/// <summary>Where a command prints to, and the option that chooses how.</summary>
internal static class CommandOutput
{
    /// <summary>The option for programs.</summary>
    public static Option<bool> Json(string description = "Print JSON, for programs.") =>
        new("--json") { Description = description };

    /// <summary>Prints a line, or several, to standard output.</summary>
    public static Task PrintAsync(this ParseResult parsed, string text) =>
        parsed.InvocationConfiguration.Output.WriteLineAsync(text);

    /// <summary>Prints a line, or several, to standard error.</summary>
    public static Task PrintErrorAsync(this ParseResult parsed, string text) =>
        parsed.InvocationConfiguration.Error.WriteLineAsync(text);
}
