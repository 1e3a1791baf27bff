using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Pages;

/// <summary>Every page that a person can meet. All answers carry the headers of <see cref="PageHeaders"/>.</summary>
internal static class PageAnswer
{
    /// <summary>
    /// Asks whether an app may have access (RFC 6749 §4.1.1). Read the session first (<see cref="AccountSession.ReadAsync"/>):
    /// the form belongs to the account of the request. It posts <c>ticket</c>, <c>antiforgery</c> and <c>decision</c>.
    /// </summary>
    public static IResult Consent(HttpContext http, ConsentView view) =>
        Form<ConsentPage, ConsentView>(view with { SwitchAccountUrl = view.SwitchAccountUrl ?? SwitchAccount(http) }, formActionSource: view.FormActionSource);

    /// <summary>Explains an error that must not be redirected (RFC 6749 §4.1.2.1). Nothing that was supplied becomes a link.</summary>
    public static IResult Error(HttpContext http, ErrorView view)
    {
        http.Response.Headers.Vary = "Accept";
        return new PageResult(typeof(ErrorPage), view, view.Status, HasForm: false, FormActionSource: null);
    }

    public static IResult SignIn(SignInView view, string? formActionSource, OAuthError? refusal = null) =>
        Form<SignInPage, SignInView>(view, formActionSource, refusal);

    public static IResult SignOut(SignOutView view) => Form<SignOutPage, SignOutView>(view);

    public static IResult Connections(ConnectionsView view) => Form<ConnectionsPage, ConnectionsView>(view);

    public static IResult Password(PasswordView view, OAuthError? refusal = null) => Form<PasswordPage, PasswordView>(view, refusal: refusal);

    /// <summary>The antiforgery token did not fit: the form is old, was copied, or its session is over.</summary>
    public static IResult FormExpired(string restartUrl) => Plain<MessagePage, MessageView>(
        new("This form has expired", "Nothing was changed. This happens after a long pause, or when you signed in or out in another tab.",
            "Start again", restartUrl), OAuthError.InvalidRequest(string.Empty, Reasons.FormExpired));

    public static IResult Malformed(string restartUrl) => Plain<MessagePage, MessageView>(
        new("This form could not be read", "What arrived was incomplete or damaged, and nothing was changed.",
            "Start again", restartUrl), OAuthError.InvalidRequest(string.Empty, Reasons.FormUnreadable));

    /// <summary>Wrong passwords used up a budget, or too many were tried at once: a page for browsers, and the one form of all 429 for everything else (RFC 6585 §4).</summary>
    public static IResult TooManyTries(HttpContext http, BudgetState? budget, string restartUrl)
    {
        var refusal = OAuthError.TooManyRequests(Reasons.SignInGuessesExhausted, budget);
        if (!http.Request.AsksForHtml()) return OAuthAnswer.Refuse(http.RequestServices.GetRequiredService<RefusalLog>().Note(http, refusal));
        http.Response.Headers.RetryAfter = "5";
        if (budget is { } usedUp) http.Response.Headers.WriteUsedUp(usedUp);
        var what = budget is null
            ? "There are too many tries at this moment. Nothing was checked: try again in a few seconds, or use a browser in which you have signed in before."
            : "There were too many wrong passwords. Try again in a quarter of an hour, or use a browser in which you have signed in before.";
        return Plain<MessagePage, MessageView>(
            new("Please wait before you try again", what, "Try again", restartUrl), refusal);
    }

    /// <summary>Too many people type their password at this moment.</summary>
    public static IResult Busy(HttpContext http, string restartUrl)
    {
        http.Response.Headers.RetryAfter = "5";
        return Plain<MessagePage, MessageView>(
            new("Please try again in a moment", "Many people are signing in right now. Nothing was changed.", "Try again", restartUrl),
            OAuthError.TemporarilyUnavailable(Reasons.SignInBusy));
    }

    private static PageResult Form<TPage, TView>(TView view, string? formActionSource = null, OAuthError? refusal = null)
        where TPage : Page<TView> where TView : notnull =>
        new(typeof(TPage), view, refusal?.Status ?? StatusCodes.Status200OK, HasForm: true, formActionSource, refusal);

    // Explains a refusal, which leaves its line when the page is written.
    private static PageResult Plain<TPage, TView>(TView view, OAuthError refusal)
        where TPage : Page<TView> where TView : notnull =>
        new(typeof(TPage), view, refusal.Status, HasForm: false, FormActionSource: null, refusal);

    // The consent page is the answer to the request itself, so the address of this request starts it again for another account.
    private static string SwitchAccount(HttpContext http)
    {
        var links = http.RequestServices.GetRequiredService<AccountLinks>();
        var here = HttpMethods.IsGet(http.Request.Method)
            ? http.Request.PathBase.ToUriComponent() + http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent()
            : null;
        return links.SignIn(links.Internal(here), reauthenticate: true);
    }
}
