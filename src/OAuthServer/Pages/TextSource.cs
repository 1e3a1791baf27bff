using System.Globalization;
using Microsoft.Extensions.Localization;

namespace OAuthServer.Pages;

/// <summary>Finds the texts of pages: <c>Pages/Texts/Area.resx</c>, and <c>Area.de.resx</c> for
/// German; before them those that an operator wrote.</summary>
internal sealed class TextSource(IStringLocalizerFactory factory, TextFolder own)
{
    private const string Assembly = "OAuthServer";

    /// <summary>The text of a key; the key itself when there is none, which a test keeps from happening.</summary>
    public string Find(CultureInfo language, string key) => TryFind(language, key) ?? key;

    /// <summary>The text of a key; null when there is none.</summary>
    public string? TryFind(CultureInfo language, string key)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return null;
        for (var known = language; known.Name.Length > 0; known = known.Parent)
            if (own.Find(known, key) is { } text) return text;
        // The framework looks for a text in the language of the moment. Nothing waits in between.
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = language;
            var found = factory.Create(key[..dot], Assembly)[key[(dot + 1)..]];
            return found.ResourceNotFound ? null : found.Value;
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
