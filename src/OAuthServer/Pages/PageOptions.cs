using System.Text;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>Section <c>Pages</c>: texts and looks of pages in place of those that this server has.</summary>
internal sealed class PageOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Pages";

    /// <summary>
    /// A folder with files such as <c>de.json</c> and <c>fr.json</c>, an object of texts by key each: they replace
    /// texts, or add a language (docs/pages.md).
    /// </summary>
    public string? Texts { get; set; }

    /// <summary>A file of CSS that counts after the server's own; at most 256 kB.</summary>
    public string? StyleSheet { get; set; }
}

/// <summary>What an operator may write in section <c>Pages</c>.</summary>
internal sealed class PageOptionsValidator : OptionsValidator<PageOptions>
{
    public const int LargestStyleSheet = 256 * 1024;

    protected override IEnumerable<string?> Faults(PageOptions options) =>
    [
        options.StyleSheet is { } path ? StyleSheetFault(path) : null,
        .. TextFolder.Read(options.Texts).Faults,
    ];

    private static string? StyleSheetFault(string path)
    {
        if (FileText.Read(path, LargestStyleSheet).Failed(out var fault, out var content))
            return $"Pages:StyleSheet {fault}";
        var css = Encoding.UTF8.GetString(content);
        // The policy of pages would stop it silently.
        return Rule(
            !css.Contains("@import", StringComparison.OrdinalIgnoreCase)
            && !css.Contains("//", StringComparison.Ordinal),
            "Pages:StyleSheet: pages load nothing from elsewhere; write it without @import and without addresses.");
    }
}
