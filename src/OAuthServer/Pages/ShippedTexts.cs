using System.Collections;
using System.Resources;

namespace OAuthServer.Pages;

/// <summary>The texts that stand in the assembly.</summary>
internal static class ShippedTexts
{
    private const string Start = "OAuthServer.Pages.Texts.";
    private const string End = ".resources";

    /// <summary>Every English text, by its key.</summary>
    public static IReadOnlyDictionary<string, string> English()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(ShippedTexts).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(IsText))
        {
            using var reader = new ResourceReader(assembly.GetManifestResourceStream(name)!);
            foreach (DictionaryEntry text in reader)
                texts[$"{name[Start.Length..^End.Length]}.{text.Key}"] = (string)text.Value!;
        }

        return texts;
    }

    private static bool IsText(string name) =>
        name.StartsWith(Start, StringComparison.Ordinal) && name.EndsWith(End, StringComparison.Ordinal);
}
