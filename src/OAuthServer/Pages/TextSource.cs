using System.Globalization;
using Microsoft.Extensions.Localization;

namespace OAuthServer.Pages;

/// <summary>Finds the texts of pages: <c>Pages/Texts/Area.resx</c>, and <c>Area.de.resx</c> for German.</summary>
internal sealed class TextSource(IStringLocalizerFactory factory)
{
    private const string Assembly = "OAuthServer";

    /// <summary>The text of a key; the key itself when there is none, which a test keeps from happening.</summary>
    public string Find(CultureInfo language, string key)
    {
        var dot = key.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return key;
        // The framework looks for a text in the language of the moment. Nothing waits in between.
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = language;
            return factory.Create(key[..dot], Assembly)[key[(dot + 1)..]].Value;
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
