using System.Globalization;
using System.Text;

namespace OAuthServer.Accounts;

/// <summary>
/// A password in the form in which it is hashed and checked (the profile OpaqueString, RFC 8265 §4.2.1): every space
/// is the one of ASCII, and the text is composed (NFC). Two keyboards that write one password in two ways agree.
/// </summary>
internal static class OpaqueString
{
    /// <summary>Null for what is no Unicode text: half of a pair, or U+FFFE.</summary>
    public static string? Of(string typed)
    {
        if (Ascii.IsValid(typed)) return typed;
        try
        {
            return string.Concat(typed.Select(unit => IsSpace(unit) ? ' ' : unit)).Normalize();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>
    /// False in a process that was told to do without ICU (<c>DOTNET_SYSTEM_GLOBALIZATION_INVARIANT</c>): there all
    /// text counts as composed.
    /// </summary>
    public static bool CanCompose => "e\u0301".Normalize() == "\u00e9";

    private static bool IsSpace(char unit) => char.GetUnicodeCategory(unit) == UnicodeCategory.SpaceSeparator;
}
