using System.Text.RegularExpressions;

namespace OAuthServer.Settings;

/// <summary>What messages show of a setting's value: enough to find it, and never a secret.</summary>
internal static partial class SettingText
{
    private const int Longest = 100;

    /// <summary>
    /// A fault with the value that was found, where it begins with a key that exists and does not show it already. What
    /// stands at an unknown key may be a secret: then a colon follows the key.
    /// </summary>
    public static string WithValue(IConfiguration configuration, string fault)
    {
        if (Key().Match(fault) is not { Success: true, Value: var key }) return fault;
        var shown = configuration[key] is { Length: > 0 } value ? ItIs(key, value) : "";
        return shown.Length == 0 || fault.Contains(Shown(configuration[key]!), StringComparison.Ordinal)
            ? fault
            : fault + shown;
    }

    /// <summary>A sentence with the value, to stand at the end of a fault; empty for a secret.</summary>
    public static string ItIs(string key, string value) => IsSecret(key, value) ? "" : $" It is \"{Shown(value)}\".";

    // An address may hold a name and a password before its @.
    private static bool IsSecret(string key, string value) =>
        key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase)
        || key.EndsWith("Password", StringComparison.OrdinalIgnoreCase)
        || (value.Contains("://", StringComparison.Ordinal) && value.Contains('@', StringComparison.Ordinal));

    private static string Shown(string value)
    {
        var safe = string.Concat(value.Select(c => char.IsControl(c) || c == '"' ? '?' : c));
        return safe.Length > Longest ? $"{safe[..Longest]}…" : safe;
    }

    [GeneratedRegex("^[A-Za-z]+(?::[A-Za-z0-9]+)+(?= )")]
    private static partial Regex Key();
}
