namespace OAuthServer.Pages.Views;

/// <summary>What every page is given besides its view.</summary>
/// <param name="Root">The path of the issuer, put before every link.</param>
/// <param name="StyleSheet">The address of the style sheet.</param>
/// <param name="Token">The antiforgery field; null on pages without a form.</param>
public sealed record PageFrame(string Root, string StyleSheet, FormToken? Token)
{
    public required PageTexts Texts { get; init; }

    public required BrandView Brand { get; init; }

    /// <summary>The language that the app asked for, which addresses of pages carry on; null for none.</summary>
    public string? Asked { get; init; }

    /// <summary>The address of the script of this page; null on a page without one.</summary>
    public string? Script { get; init; }

    /// <summary>The address of the script for passkeys; null on a page without it.</summary>
    public string? PasskeyScript { get; init; }

    /// <summary>The address of a page or of a form.</summary>
    public string To(string route) => Carrying(Root + route);

    /// <summary>An address of this server with the language that the app asked for.</summary>
    public string Carrying(string url) => LanguageLink.Of(url, Asked);
}

/// <summary>Whose pages these are.</summary>
public sealed record BrandView
{
    public string? Name { get; init; }

    /// <summary>The address of the picture; null for the server's own.</summary>
    public string? Logo { get; init; }

    /// <summary>The address of what counts after the server's own style sheet.</summary>
    public string? StyleSheet { get; init; }

    public string? Terms { get; init; }

    public string? Privacy { get; init; }

    public string? Support { get; init; }

    public bool HasLinks => (Terms ?? Privacy ?? Support) is not null;
}

/// <param name="Name">The name of the field.</param>
/// <param name="Value">The token.</param>
public sealed record FormToken(string Name, string Value)
{
    /// <summary>The name alone: the value is a secret of this browser.</summary>
    public override string ToString() => Name;
}
