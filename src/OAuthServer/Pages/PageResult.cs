using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>A page as an answer: the one place where a component is rendered and the headers of a page are set.</summary>
/// <param name="Page">The component, a <see cref="Page{TView}"/>.</param>
/// <param name="View">What it shows.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="HasForm">True to issue an antiforgery token for the user of the request, with its cookie.</param>
/// <param name="FormActionSource">Where the form's redirects may go besides this server, see <see cref="PageHeaders"/>.</param>
/// <param name="Refusal">What the page refuses, to be noted; null when it refuses nothing, or that was noted already.</param>
internal sealed record PageResult(Type Page, object View, int Status, bool HasForm, string? FormActionSource, OAuthError? Refusal = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        if (Refusal is not null) services.GetRequiredService<RefusalLog>().Note(httpContext, Refusal);
        var links = services.GetRequiredService<AccountLinks>();
        var frame = new PageFrame(links.Root, links.StyleSheet, HasForm ? Issue(services.GetRequiredService<IAntiforgery>(), httpContext) : null);
        // The renderer offers its script's navigation in a header; there is no script here.
        httpContext.Response.OnStarting(() => Task.FromResult(httpContext.Response.Headers.Remove("blazor-enhanced-nav")));
        PageHeaders.Apply(httpContext.Response.Headers, FormActionSource);
        var parameters = new Dictionary<string, object?> { ["View"] = View, ["Frame"] = frame };
        return new RazorComponentResult(Page, parameters) { StatusCode = Status, PreventStreamingRendering = true }.ExecuteAsync(httpContext);
    }

    private static FormToken Issue(IAntiforgery antiforgery, HttpContext http)
    {
        var tokens = antiforgery.GetAndStoreTokens(http);
        return new FormToken(tokens.FormFieldName, tokens.RequestToken!);
    }
}
