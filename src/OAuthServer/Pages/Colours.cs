using System.Globalization;

namespace OAuthServer.Pages;

/// <summary>A colour of the sRGB space, each part from 0 to 255.</summary>
internal readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    /// <summary>A colour as <c>#rrggbb</c>; null for anything else.</summary>
    public static Colour? Parse(string text) =>
        text.Length == 7 && text[0] == '#'
        && int.TryParse(text[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new((byte)(value >> 16), (byte)(value >> 8), (byte)value)
            : null;

    /// <summary>WCAG 2.2, contrast ratio: from 1 to 21.</summary>
    public double ContrastTo(Colour other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <summary>So much of the way towards another colour.</summary>
    public Colour Towards(Colour other, double part) =>
        new(Between(Red, other.Red, part), Between(Green, other.Green, part), Between(Blue, other.Blue, part));

    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    // WCAG 2.2, relative luminance.
    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    private static double Linear(byte part) =>
        part / 255.0 is var value and <= 0.04045 ? value / 12.92 : Math.Pow(((part / 255.0) + 0.055) / 1.055, 2.4);

    private static byte Between(byte one, byte other, double part) => (byte)Math.Round(one + ((other - one) * part));
}

/// <summary>The colours of the pages that follow from one that an operator chose.</summary>
internal static class Colours
{
    /// <summary>WCAG 2.2 §1.4.3.</summary>
    public const double LeastContrast = 4.5;

    public static readonly Colour LightCard = new(0xFF, 0xFF, 0xFF);
    public static readonly Colour DarkCard = new(0x18, 0x1C, 0x26);

    private static readonly Colour Black = new(0, 0, 0);
    private static readonly Colour White = new(0xFF, 0xFF, 0xFF);

    /// <summary>The declarations that stand in place of those of the style sheet.</summary>
    public static string Declarations(Colour accent, Colour card)
    {
        var away = card == LightCard ? Black : White;
        var strong = accent.Towards(away, 0.25);
        var soft = card.Towards(accent, 0.1);
        var on = accent.ContrastTo(White) >= accent.ContrastTo(Black) ? White : Black;
        return $"--accent: {accent}; --accent-strong: {strong}; --accent-soft: {soft}; --on-accent: {on};";
    }

    /// <summary>The colour of this hue that can be read on a card, and differs least.</summary>
    public static Colour Nearest(Colour colour, Colour card)
    {
        var away = card == LightCard ? Black : White;
        for (var percent = 0; percent < 100; percent++)
        {
            var nearer = colour.Towards(away, percent / 100.0);
            if (nearer.ContrastTo(card) >= LeastContrast) return nearer;
        }

        return away;
    }
}
