using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace OAuthServer.Pages;

/// <summary>The languages that there are texts in, and the one that a request is answered in.</summary>
internal sealed class Languages(TextFolder added)
{
    /// <summary>The texts that stand for those of every other language that are missing.</summary>
    public static readonly CultureInfo Default = CultureInfo.GetCultureInfo("en");

    private static readonly CultureInfo[] Shipped = [Default, CultureInfo.GetCultureInfo("de")];

    // Nobody reads more languages than this; what goes on after it is not looked at.
    private const int MostTags = 8;
    private const int LongestTags = 256;

    /// <summary>Those of this server first, then those that an operator added.</summary>
    public IReadOnlyList<CultureInfo> All { get; } = [.. Shipped.Union(added.Languages)];

    /// <summary>The language of whoever reads the answer.</summary>
    public static CultureInfo Of(HttpContext http) =>
        http.Features.Get<IRequestCultureFeature>()?.RequestCulture.UICulture ?? Default;

    /// <summary>
    /// The language that the app asked for, to be kept from page to page; null when it asked for none.
    /// </summary>
    public static CultureInfo? Asked(HttpContext http) =>
        http.Features.Get<IRequestCultureFeature>() is { Provider: UiLocalesProvider } chosen
            ? chosen.RequestCulture.UICulture
            : null;

    /// <summary>
    /// The first of these that there are texts in, itself or without its region (OpenID Connect Core §3.1.2.1).
    /// </summary>
    /// <param name="uiLocales">Tags with spaces between them, whoever wrote them.</param>
    public CultureInfo? Choose(string? uiLocales)
    {
        if (uiLocales is null) return null;
        foreach (var tag in uiLocales[..Math.Min(uiLocales.Length, LongestTags)].Split(' ').Take(MostTags))
            if (Find(tag) is { } language) return language;
        return null;
    }

    /// <summary>
    /// Answers in the language that a request asks for, which was read after the pipeline had chosen.
    /// </summary>
    public void Follow(HttpContext http, string? uiLocales)
    {
        if (Choose(uiLocales) is not { } language) return;
        var chosen = new RequestCulture(CultureInfo.InvariantCulture, language);
        http.Features.Set<IRequestCultureFeature>(new RequestCultureFeature(chosen, new UiLocalesProvider(this)));
    }

    /// <summary>The language of a tag, "de" for "de-AT"; null when there are no texts in it.</summary>
    public CultureInfo? Find(string tag)
    {
        while (tag.Length > 0)
        {
            if (All.FirstOrDefault(known => known.Name.Equals(tag, StringComparison.OrdinalIgnoreCase)) is { } found)
                return found;
            tag = tag[..Math.Max(tag.LastIndexOf('-'), 0)];
        }

        return null;
    }
}
