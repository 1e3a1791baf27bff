using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>
/// What an app is answered (RFC 6749 §4.1.2, RFC 9207 §2): in an address that the browser follows or the person taps,
/// or in a form that posts itself (OAuth 2.0 Form Post Response Mode §2).
/// </summary>
internal sealed class AppAnswers(ServerAddress address, PageAnswers pages, ServerTelemetry telemetry)
{
    public IResult Grant(HttpContext http, AuthorizeOutcome.Granted granted)
    {
        telemetry.Granted("authorize");
        return Send(http, granted.Target, granted.NeedsATap, ("code", granted.Code));
    }

    public IResult Refuse(HttpContext http, AuthorizeOutcome.Refused refused)
    {
        RefusedAnswer.Set(http);
        return Send(
            http,
            refused.Target,
            needsATap: false,
            ("error", refused.Error.Code),
            ("error_description", refused.Error.Description),
            ("error_uri", address.ErrorUri(refused.Error.Code)));
    }

    /// <summary>A redirect whose address nobody keeps or hands on.</summary>
    public static SeeOther Redirect(HttpContext http, string location)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return new SeeOther(location);
    }

    private IResult Send(
        HttpContext http, RedirectTarget target, bool needsATap, params ReadOnlySpan<(string Name, string? Value)> said)
    {
        ReadOnlySpan<(string Name, string? Value)> answer =
            [.. said, ("state", target.State), ("iss", address.Issuer)];
        if (target.IsFormPost) return pages.FormPost(Form(target, answer));
        var location = RedirectUri.WithQuery(target.RedirectUri, answer);
        return needsATap
            ? pages.Continue(new ContinueView(target.Client.Name, location))
            : Redirect(http, location);
    }

    private static FormPostView Form(RedirectTarget target, ReadOnlySpan<(string Name, string? Value)> answer)
    {
        var fields = new List<KeyValuePair<string, string>>(answer.Length);
        foreach (var (name, value) in answer)
            if (value is not null) fields.Add(new(name, value));
        return new FormPostView(target.Client.Name, target.RedirectUri, fields);
    }
}
