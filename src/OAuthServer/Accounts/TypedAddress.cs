using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Accounts.Mail;

namespace OAuthServer.Accounts;

/// <summary>An e-mail address that somebody typed, and that a mail can go to.</summary>
/// <param name="Text">As it was typed.</param>
/// <param name="Normalized">As addresses are compared.</param>
internal sealed record TypedAddress(string Text, string Normalized)
{
    /// <summary>Null for what is no address, or none that the table of accounts takes.</summary>
    public static TypedAddress? Read(string typed, ILookupNormalizer normalizer)
    {
        var text = typed.Trim();
        if (text.Length is 0 or > SignInService.MaxLength || OpaqueString.Of(text) is null) return null;
        if (!IsAddress(text)) return null;
        var normalized = normalizer.NormalizeEmail(text)!;
        if (normalized.Length > SignInService.MaxLength || normalized.Any(char.IsAsciiLetterLower)) return null;
        if (!normalized.IsNormalized(NormalizationForm.FormC)) return null;
        // A domain in ASCII that stands for no letters.
        var isInCode = normalized.Contains("@XN--", StringComparison.Ordinal)
            || normalized.Contains(".XN--", StringComparison.Ordinal);
        return isInCode ? null : new TypedAddress(text, normalized);
    }

    // One address alone, without a name, a comment or a list beside it.
    private static bool IsAddress(string text) =>
        text.Count(unit => unit == '@') == 1
        && text[0] != '@' && text[^1] != '@'
        && !text.Any(unit => char.IsWhiteSpace(unit) || char.IsControl(unit) || IsInvisible(unit))
        && text.AsSpan().IndexOfAny("<>,\"") < 0
        && MailAddress.Read(text) is not null;

    // What would let one address read as another.
    private static bool IsInvisible(char unit) => char.GetUnicodeCategory(unit) == UnicodeCategory.Format;
}
