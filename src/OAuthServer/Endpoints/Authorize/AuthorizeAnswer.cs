using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Turns an outcome into a page or a 303 (RFC 6749 §4.1.2, RFC 9207 §2, RFC 9700 §4.12).</summary>
internal sealed class AuthorizeAnswer(
    ServerAddress address,
    AccountLinks links,
    ConsentForm consent,
    PageAnswers pages,
    OAuthAnswers json,
    ServerTelemetry telemetry)
{
    /// <summary>The answer to one outcome. <paramref name="person"/> is only needed to ask for consent.</summary>
    public IResult Write(HttpContext http, AuthorizeOutcome outcome, SignedInAccount? person) => outcome switch
    {
        AuthorizeOutcome.Granted granted => Grant(http, granted),
        AuthorizeOutcome.Refused refused => Refuse(http, refused),
        AuthorizeOutcome.SignIn signIn => Redirect(http, SignInUrl(signIn)),
        AuthorizeOutcome.AskConsent ask when person is not null => consent.Ask(ask, person),
        AuthorizeOutcome.Answered answered => consent.Answered(answered.Target),
        AuthorizeOutcome.Untrusted untrusted => Explain(http, untrusted.Error),
        _ => throw new InvalidOperationException("An outcome has no answer."),
    };

    public IResult Restart(string query) => new SeeOther(links.Authorize(query));

    private IResult Grant(HttpContext http, AuthorizeOutcome.Granted granted)
    {
        telemetry.Granted("authorize");
        var location = RedirectUri.WithQuery(
            granted.Target.RedirectUri,
            ("code", granted.Code),
            ("state", granted.Target.State),
            ("iss", address.Issuer));
        return granted.NeedsATap
            ? pages.Continue(new ContinueView(granted.Target.Client.Name, location))
            : Redirect(http, location);
    }

    private SeeOther Refuse(HttpContext http, AuthorizeOutcome.Refused refused)
    {
        RefusedAnswer.Set(http);
        return Redirect(http, RedirectUri.WithQuery(
            refused.Target.RedirectUri,
            ("error", refused.Error.Code),
            ("error_description", refused.Error.Description),
            ("error_uri", address.ErrorUri(refused.Error.Code)),
            ("state", refused.Target.State),
            ("iss", address.Issuer)));
    }

    private static SeeOther Redirect(HttpContext http, string location)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return new SeeOther(location);
    }

    private IResult Explain(HttpContext http, OAuthError error)
    {
        if (http.Request.PrefersJson())
        {
            http.Response.Headers.Vary = "Accept";
            return json.Refuse(error);
        }

        var view = new ErrorView(
            error.Status, "This request cannot go on", error.Description, error.Code, http.TraceIdentifier)
        {
            RedirectUri = error.Mismatch?.Received,
        };
        return pages.Error(http, view);
    }

    private static SignInAs As(AuthorizeOutcome.SignIn signIn)
    {
        if (!signIn.Reauthenticate) return SignInAs.Whoever;
        return signIn.Request.Prompt.HasFlag(Prompt.SelectAccount) ? SignInAs.Another : SignInAs.TheSame;
    }

    // Signing in fulfils prompt=login and select_account: without this the person would be asked for ever.
    private string SignInUrl(AuthorizeOutcome.SignIn signIn)
    {
        var consentAgain = signIn.Request.Prompt.HasFlag(Prompt.Consent) ? "&prompt=consent" : string.Empty;
        var query = signIn.Request.Parameters.ToQuery("prompt", AuthorizeRequest.AfterSignIn) + consentAgain
            + $"&{AuthorizeRequest.AfterSignIn}=true";
        return links.SignIn(links.Authorize(query), As(signIn));
    }
}
