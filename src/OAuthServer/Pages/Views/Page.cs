using Microsoft.AspNetCore.Components;

namespace OAuthServer.Pages.Views;

/// <summary>A page for people: a component that shows one view inside the common frame.</summary>
public abstract class Page<TView> : ComponentBase
{
    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public required TView View { get; set; }

    /// <summary>What all pages share.</summary>
    [Parameter, EditorRequired]
    public required PageFrame Frame { get; set; }

    /// <summary>Its texts, in the language of whoever reads it.</summary>
    protected PageTexts T => Frame.Texts;
}
