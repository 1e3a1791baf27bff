using System.Text;
using Microsoft.Extensions.Options;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>Whose pages these are: name, logo, colours and links, as the settings have them at start.</summary>
internal sealed class Brand
{
    private readonly Asset? _logo;
    private readonly Asset? _styles;

    public Brand(IOptions<BrandingOptions> branding, IOptions<PageOptions> pages, ServerAddress address)
    {
        var options = branding.Value;
        _logo = Logo(options.Logo);
        _styles = Styles(options, pages.Value.StyleSheet);
        View = new BrandView
        {
            Name = options.Name,
            Logo = _logo is null ? null : address.Local(_logo.Route),
            StyleSheet = _styles is null ? null : address.Local(_styles.Route),
            Terms = options.Terms,
            Privacy = options.Privacy,
            Support = options.Support,
        };
    }

    /// <summary>What every page shows of it.</summary>
    public BrandView View { get; }

    /// <summary>Serves the files that there are.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        _logo?.Map(routes, "brand-logo");
        _styles?.Map(routes, "brand-style-sheet");
    }

    private static Asset? Logo(string? path)
    {
        if (path is null || FileText.Read(path, Picture.Largest).Failed(out _, out var content)) return null;
        return Picture.Read(content).Failed(out _, out var picture)
            ? null
            : new Asset(picture.Content, Routes.Logo, picture.MediaType);
    }

    private static Asset? Styles(BrandingOptions options, string? path)
    {
        var css = new StringBuilder();
        if (options.Accent is { } light && Colour.Parse(light) is { } accent)
            css.Append(":root { ").Append(Colours.Declarations(accent, Colours.LightCard)).Append(" }\n");
        var dark = options.AccentDark is { } text ? Colour.Parse(text) : null;
        // A colour for light pages alone would be read on dark ones too.
        if (dark is null && options.Accent is { } only && Colour.Parse(only) is { } same)
            dark = Colours.Nearest(same, Colours.DarkCard);
        if (dark is { } chosen)
        {
            css.Append("@media (prefers-color-scheme: dark) { :root { ")
                .Append(Colours.Declarations(chosen, Colours.DarkCard)).Append(" } }\n");
        }

        if (path is not null && !FileText.Read(path, PageOptionsValidator.LargestStyleSheet).Failed(out _, out var own))
            css.Append(Encoding.UTF8.GetString(own));
        return css.Length == 0
            ? null
            : new Asset(Encoding.UTF8.GetBytes(css.ToString()), Routes.BrandStyleSheet, "text/css; charset=utf-8");
    }
}
