using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Turns an outcome into a page or a 303 (RFC 6749 §4.1.2, RFC 9207 §2, RFC 9700 §4.12).</summary>
internal sealed class AuthorizeAnswer(ServerAddress address, ConsentTickets tickets, IOptions<OAuthOptions> options, ServerTelemetry telemetry)
{
    /// <summary>The answer to one outcome. <paramref name="person"/> is only needed to ask for consent.</summary>
    public IResult Write(HttpContext http, AuthorizeOutcome outcome, SignedInAccount? person) => outcome switch
    {
        AuthorizeOutcome.Granted granted => Grant(http, granted),
        AuthorizeOutcome.Refused refused => Redirect(http, RedirectUri.WithQuery(
            refused.Target.RedirectUri, ("error", refused.Error.Code), ("error_description", refused.Error.Description), ("error_uri", address.ErrorUri(refused.Error.Code)), ("state", refused.Target.State), ("iss", address.Issuer))),
        AuthorizeOutcome.SignIn signIn => Redirect(http, SignInUrl(signIn)),
        AuthorizeOutcome.AskConsent ask => PageAnswer.Consent(http, Ask(ask, person!)),
        AuthorizeOutcome.Untrusted untrusted => Explain(http, untrusted.Error),
        _ => throw new InvalidOperationException("An outcome has no answer."),
    };

    /// <summary>Begins an authorization request again.</summary>
    public IResult Restart(string query) => new SeeOther(address.Local(AuthorizeEndpoint.Route) + query);

    private SeeOther Grant(HttpContext http, AuthorizeOutcome.Granted granted)
    {
        telemetry.Granted("authorize");
        return Redirect(http, RedirectUri.WithQuery(granted.Target.RedirectUri, ("code", granted.Code), ("state", granted.Target.State), ("iss", address.Issuer)));
    }

    private static SeeOther Redirect(HttpContext http, string location)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return new SeeOther(location);
    }

    private static IResult Explain(HttpContext http, OAuthError error)
    {
        if (!http.Request.PrefersJson()) return PageAnswer.Error(http, new(error.Status, "This request cannot go on", error.Description, error.Code, http.TraceIdentifier));
        http.Response.Headers.Vary = "Accept";
        return OAuthAnswer.Refuse(error);
    }

    // Signing in fulfils prompt=login and select_account: without this the person would be asked for ever.
    private string SignInUrl(AuthorizeOutcome.SignIn signIn)
    {
        var prompt = signIn.Request.Prompt.HasFlag(Prompt.Consent) ? "&prompt=consent" : string.Empty;
        var again = address.Local(AuthorizeEndpoint.Route) + signIn.Request.Parameters.ToQuery("prompt") + prompt;
        return address.Local("/account/sign-in") + "?returnUrl=" + Uri.EscapeDataString(again) + (signIn.Reauthenticate ? "&reauthenticate=true" : string.Empty);
    }

    private ConsentView Ask(AuthorizeOutcome.AskConsent ask, SignedInAccount person)
    {
        var (target, query) = (ask.Request.Target, ask.Request.Parameters.ToQuery("prompt"));
        var granted = ask.Request.Scope.Names.Intersect(ask.AgreedBefore, StringComparer.Ordinal).ToList();
        return new ConsentView(
            target.Client.Id, target.Client.Name, RedirectUri.Display(target.RedirectUri),
            [.. ask.Request.Scope.Names.Except(granted, StringComparer.Ordinal).Select(Describe)], [.. granted.Select(Describe)],
            person.Name, tickets.Seal(person.Id, query), address.Local(ConsentEndpoint.Route), RedirectUri.ContentSecurityPolicySource(target.RedirectUri),
            address.Local("/account/sign-in") + "?reauthenticate=true&returnUrl=" + Uri.EscapeDataString(address.Local(AuthorizeEndpoint.Route) + query));
    }

    private ScopeView Describe(string scope) => new(scope, options.Value.Scopes.GetValueOrDefault(scope, scope));
}
