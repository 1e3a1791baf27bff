using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using OAuthServer.Audit;
using OAuthServer.Pages.Views;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>The one place where a component is rendered and the headers of a page are set.</summary>
internal sealed class PageRenderer(
    ServerAddress address, TextSource texts, Brand brand, IAntiforgery antiforgery, RefusalLog refusals)
{
    public Task WriteAsync(HttpContext http, PageResult page)
    {
        if (page.Refusal is { } refusal) refusals.Note(http, refusal);
        var token = page.HasForm ? Issue(http) : null;
        var hasPageScript = page.Page.IsDefined(typeof(PageScriptAttribute), inherit: false);
        var hasPasskeys = page.Page.IsDefined(typeof(PasskeyScriptAttribute), inherit: false);
        var spoken = new PageTexts(texts, Languages.Of(http));
        var frame = new PageFrame(address.Path, address.Local(StyleSheet.Route), token)
        {
            Texts = spoken,
            Brand = brand.View,
            Asked = Languages.Asked(http)?.Name,
            Script = hasPageScript ? address.Local(Script.PageRoute) : null,
            PasskeyScript = hasPasskeys ? address.Local(Script.PasskeyRoute) : null,
        };
        PageHeaders.Apply(
            http.Response.Headers, page.FormActionSource, page.HasScript || hasPageScript || hasPasskeys);
        PageHeaders.SpeakTo(http.Response.Headers, spoken.Language);
        return RenderAsync(http, page, frame);
    }

    /// <summary>
    /// A page of the operators' site, at the management port. What it is tied to is said by the caller.
    /// </summary>
    public Task WriteAsync(HttpContext http, PageResult page, FormToken? token)
    {
        if (page.Refusal is { } refusal) refusals.Note(http, refusal);
        var spoken = new PageTexts(texts, Languages.Of(http));
        var frame = new PageFrame("", StyleSheet.SiteRoute, token)
        {
            Texts = spoken,
            Brand = new BrandView { Name = brand.View.Name },
            Asked = Languages.Asked(http)?.Name,
        };
        PageHeaders.Apply(http.Response.Headers);
        PageHeaders.SpeakTo(http.Response.Headers, spoken.Language);
        return RenderAsync(http, page, frame);
    }

    private static Task RenderAsync(HttpContext http, PageResult page, PageFrame frame)
    {
        // The renderer offers its script's navigation in a header; there is no script here.
        http.Response.OnStarting(() => Task.FromResult(http.Response.Headers.Remove("blazor-enhanced-nav")));
        var parameters = new Dictionary<string, object?> { ["View"] = page.View, ["Frame"] = frame };
        var component = new RazorComponentResult(page.Page, parameters)
        {
            StatusCode = page.Status,
            PreventStreamingRendering = true,
        };
        return component.ExecuteAsync(http);
    }

    private FormToken? Issue(HttpContext http)
    {
        var tokens = antiforgery.GetAndStoreTokens(http);
        return tokens.RequestToken is { } value ? new FormToken(tokens.FormFieldName, value) : null;
    }
}
