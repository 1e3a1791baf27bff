using System.Collections.Frozen;
using System.Text;

namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// The passwords that are tried first (NIST SP 800-63B-4 §3.1.1.2): common ones, the account's own address, the name
/// of the service, and what a keyboard or a count gives. A password is compared as a whole, and in the usual disguises:
/// other capitals, digits and signs around it, signs for letters, with and without gaps, or said twice. A word inside
/// a longer phrase is no fault.
/// </summary>
internal static class FirstGuesses
{
    private const string Resource = "OAuthServer.Accounts.common-passwords.txt";

    // A shorter part of an address or a name, such as "jo", is in many good passwords.
    private const int ShortestPart = 3;

    // Digits and signs around a word: two years, or one and some exclamation marks.
    private const int LongestTrim = 8;

    private const string Disguises = "@4380157$!+|";
    private const string Letters = "aaebolstsitl";

    private static readonly FrozenSet<string> Common = Read();

    /// <summary>True for a password that belongs to the first guesses at this address here.</summary>
    /// <param name="password">In its one form.</param>
    /// <param name="email">The address of the account.</param>
    /// <param name="names">What the service is called, its host included.</param>
    public static bool Include(string password, string email, IEnumerable<string> names)
    {
        var typed = Plain(password);
        if (IsRun(typed) || Once(typed).Length < ShortestPart) return true;
        var forms = Forms(typed);
        return Common.Overlaps(forms) || Known(email, names).Overlaps(forms);
    }

    // The words that anybody who knows the account and the service would begin with, in the forms of a guess.
    private static HashSet<string> Known(string email, IEnumerable<string> names)
    {
        var address = Plain(email);
        var local = address.Split('@')[0];
        string[] parts =
        [
            address, local, .. address.Split('@', '.', '-', '+', '_'),
            .. names.Select(Plain).SelectMany(
                name => (string[])[name, .. name.Split('.'), .. name.Split('.', '-', ' ')]),
        ];
        return [.. parts.SelectMany(Forms).Where(part => part.Length >= ShortestPart)];
    }

    // A password and its disguises undone.
    private static HashSet<string> Forms(string text)
    {
        string[] whole = [text, Stem(text)];
        string[] said = [.. whole, .. whole.Select(Undisguised)];
        string[] close = [.. said, .. said.Select(Compact), .. said.Select(Undisguised).Select(Stem)];
        return [.. close.Concat(close.Select(Once)).Where(form => form.Length > 0)];
    }

    private static string Plain(string text) => text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    // Without gaps and signs.
    private static string Compact(string text) =>
        string.Concat(text.Where(unit => !char.IsAscii(unit) || char.IsAsciiLetterOrDigit(unit)));

    private static string Undisguised(string text) => string.Concat(text.Select(unit =>
        Disguises.IndexOf(unit, StringComparison.Ordinal) is >= 0 and var place ? Letters[place] : unit));

    // Without the digits and signs before and after, when they are few or make a run: many others are a secret.
    private static string Stem(string text)
    {
        var from = 0;
        var end = text.Length;
        while (from < end && char.IsAscii(text[from]) && !char.IsAsciiLetter(text[from])) from++;
        while (end > from && char.IsAscii(text[end - 1]) && !char.IsAsciiLetter(text[end - 1])) end--;
        var isTrim = from + text.Length - end <= LongestTrim || (IsRun(text[..from]) && IsRun(text[end..]));
        return isTrim ? text[from..end] : text;
    }

    private static bool IsRun(string text)
    {
        var close = Compact(text);
        return KeyboardRuns.Make(2 * close.Length >= text.Length ? close : text);
    }

    // "secret" for "secretsecret"; any other text as it is.
    private static string Once(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.Length % length != 0) continue;
            var part = text[..length];
            if (text.Replace(part, "", StringComparison.Ordinal).Length == 0) return part;
        }

        return text;
    }

    private static FrozenSet<string> Read()
    {
        using var words = new StreamReader(typeof(FirstGuesses).Assembly.GetManifestResourceStream(Resource)!);
        return words.ReadToEnd().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();
    }
}
