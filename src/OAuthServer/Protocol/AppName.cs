using System.Globalization;
using System.Text;

namespace OAuthServer.Protocol;

/// <summary>What makes the name of an app read as another's (Unicode Technical Standard 39 §5).</summary>
internal static class AppName
{
    /// <summary>A script whose letters look like those of another: from its first to its last code point.</summary>
    private static readonly (int First, int Last, string Script)[] LookAlikes =
    [
        (0x0041, 0x024F, "Latin"), (0x1E00, 0x1EFF, "Latin"), (0x2C60, 0x2C7F, "Latin"), (0xA720, 0xA7FF, "Latin"),
        (0xFF21, 0xFF5A, "Latin"), (0x0370, 0x03FF, "Greek"), (0x1F00, 0x1FFF, "Greek"), (0x0400, 0x052F, "Cyrillic"),
        (0x1C80, 0x1C8F, "Cyrillic"), (0x2DE0, 0x2DFF, "Cyrillic"), (0xA640, 0xA69F, "Cyrillic"),
        (0x0530, 0x058F, "Armenian"), (0x13A0, 0x13FF, "Cherokee"), (0xAB70, 0xABBF, "Cherokee"),
        (0x2C80, 0x2CFF, "Coptic"), (0x10A0, 0x10FF, "Georgian"),
    ];

    /// <summary>
    /// True when one word has letters of two scripts that look alike, as in "Pаypal" with a Cyrillic а.
    /// </summary>
    public static bool MixesScripts(string name)
    {
        string? ofWord = null;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!Rune.IsLetter(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.NonSpacingMark)
                ofWord = null;
            if (ScriptOf(rune) is not { } script) continue;
            if (ofWord is not null && ofWord != script) return true;
            ofWord = script;
        }

        return false;
    }

    /// <summary>
    /// What two names have in common that differ in case, width or the form of their characters alone.
    /// </summary>
    public static string Folded(string name) =>
        name.Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant();

    private static string? ScriptOf(Rune rune)
    {
        if (!Rune.IsLetter(rune)) return null;
        foreach (var (first, last, script) in LookAlikes)
            if (rune.Value >= first && rune.Value <= last) return script;
        return null;
    }
}
