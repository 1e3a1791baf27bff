using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>Section <c>Branding</c>: whose pages these are. Serves WCAG 2.2 §1.4.3.</summary>
internal sealed class BrandingOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Branding";

    /// <summary>The name of the service, beside its logo and in the title of every page; absent for none.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// A file with the logo: PNG, JPEG or WebP, at most 256 kB and 1024 × 1024 pixels. It is the icon of the pages too.
    /// </summary>
    public string? Logo { get; set; }

    /// <summary>The colour of links and buttons on light pages, such as <c>#3b4fd8</c>.</summary>
    public string? Accent { get; set; }

    /// <summary>The same on dark pages, such as <c>#a3b1ff</c>.</summary>
    public string? AccentDark { get; set; }

    /// <summary>The terms of the service: an https address, linked from every page.</summary>
    public string? Terms { get; set; }

    /// <summary>The privacy policy: an https address, linked from every page.</summary>
    public string? Privacy { get; set; }

    /// <summary>Where people get help: an https address, linked from every page.</summary>
    public string? Support { get; set; }
}

/// <summary>What an operator may write in section <c>Branding</c>.</summary>
internal sealed class BrandingOptionsValidator : OptionsValidator<BrandingOptions>
{
    private const int LongestName = 60;

    protected override IEnumerable<string?> Faults(BrandingOptions options) =>
    [
        Rule(
            options.Name is null || (options.Name.Trim().Length is > 0 and <= LongestName
                && options.Name == DisplayText.Plain(options.Name)),
            $"Branding:Name must have from 1 to {LongestName} characters that can be seen."),
        options.Logo is { } logo ? LogoFault(logo) : null,
        ColourFault("Branding:Accent", options.Accent, Colours.LightCard, "white"),
        ColourFault("Branding:AccentDark", options.AccentDark, Colours.DarkCard, "dark"),
        LinkFault("Branding:Terms", options.Terms),
        LinkFault("Branding:Privacy", options.Privacy),
        LinkFault("Branding:Support", options.Support),
    ];

    private static string? LogoFault(string path)
    {
        if (FileText.Read(path, Picture.Largest).Failed(out var fault, out var content))
            return $"Branding:Logo {fault}";
        return Picture.Read(content).Failed(out var wrong, out _) ? $"Branding:Logo: {wrong}" : null;
    }

    private static string? ColourFault(string key, string? text, Colour card, string page)
    {
        if (text is null) return null;
        if (Colour.Parse(text) is not { } colour) return $"{key} must be a colour such as #3b4fd8.";
        var contrast = colour.ContrastTo(card);
        return Rule(
            contrast >= Colours.LeastContrast,
            FormattableString.Invariant(
                $"{key}: {text} has a contrast of {Math.Floor(contrast * 10) / 10:0.0} to 1 on the {page} page, where ")
            + $"links in it need {Colours.LeastContrast} to be read. {Colours.Nearest(colour, card)} has it.");
    }

    private static string? LinkFault(string key, string? link) => Rule(
        link is null || (Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            && url.UserInfo.Length == 0),
        $"{key} must be an https address.");
}
