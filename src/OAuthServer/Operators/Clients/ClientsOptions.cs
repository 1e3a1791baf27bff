using System.CommandLine;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Operators.Clients;

/// <summary>Options, an argument and a sentence that several clients commands have in common.</summary>
internal static class ClientsOptions
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(365);

    public static Argument<string> Id() => new("client_id") { Description = "The client." };

    public static Option<bool> Force() => new("--force")
    {
        Description = "Replace a secret although two are live: the one that ends first ends now.",
    };

    /// <summary>How long a replaced secret stays good; null when the option is not given.</summary>
    public static Option<TimeSpan?> KeepOld() => new("--keep-old")
    {
        Description = $"How long a replaced secret stays good, at most {LongestOverlap.Days}d; 0 ends it at once. "
            + $"{SecretRotation.UsualOverlap.Days}d when absent.",
        HelpName = "time",
        CustomParser = given =>
        {
            if (Duration.Parse(given.Tokens.Single().Value) is { } time && time <= LongestOverlap) return time;
            given.AddError($"--keep-old must be a length of time such as 12h or 7d, at most {LongestOverlap.Days}d.");
            return null;
        },
    };

    /// <summary>What is said of a refused edit.</summary>
    public static string Sentence(EditRefusal refusal, string id) =>
        refusal == EditRefusal.Unknown ? Unknown(id) : refusal.Description;

    /// <summary>What is said of a client that is not registered.</summary>
    public static string Unknown(string id) => $"There is no client {TerminalText.Quoted(id)}.";
}
