using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>A page as an answer.</summary>
internal sealed class PageResult(PageRenderer renderer) : IResult
{
    /// <summary>The component, a <see cref="Page{TView}"/>.</summary>
    public required Type Page { get; init; }

    /// <summary>What it shows.</summary>
    public required object View { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>True to issue an antiforgery token for the user of the request, with its cookie.</summary>
    public bool HasForm { get; init; }

    /// <summary>True for a page with the one script that there is.</summary>
    public bool HasScript { get; init; }

    /// <summary>Where the form's redirects may go besides this server, see <see cref="PageHeaders"/>.</summary>
    public string? FormActionSource { get; init; }

    /// <summary>
    /// What the page refuses, to be noted when it is written; null when it refuses nothing, or that was noted already.
    /// </summary>
    public OAuthError? Refusal { get; init; }

    public Task ExecuteAsync(HttpContext httpContext) => renderer.WriteAsync(httpContext, this);
}
