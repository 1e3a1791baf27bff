using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>Turns what came of a try to sign in into a page or a 303.</summary>
internal sealed class SignInAnswer(
    WaitingRequests waiting,
    AccountLinks links,
    SecondStepAnswer next,
    PageAnswers pages,
    SignInLimits limits,
    OtherWaysIn others)
{
    /// <summary>
    /// Where the person goes after signing in: by the form, else by the address; null for the default.
    /// </summary>
    public string? TargetOf(HttpRequest request, AccountForm? form) =>
        links.Internal(form?["returnUrl"]) ?? links.ReturnTarget(request);

    public IResult Malformed(string? target) => pages.Malformed(links.SignIn(target));

    public IResult Expired(string? target) => pages.FormExpired(links.SignIn(target));

    /// <summary>The form as it is first shown.</summary>
    /// <param name="person">Who is signed in already; null for nobody.</param>
    /// <param name="who">Whose address is suggested.</param>
    public async Task<IResult> AskFirstAsync(
        HttpContext http, string? target, SignedInAccount? person, SignInAs who, CancellationToken ct)
    {
        var request = await waiting.FindAsync(http, target, ct);
        // Back, after the password was typed: it is not asked for twice.
        if (person is not null && who == SignInAs.TheSame && request?.Interaction?.IsMetBy(person) == true)
            return new SeeOther(target!);
        var email = Suggest(request?.LoginHint, person?.Name, who);
        return await AskAsync(http, new SignInView(null, null, target, email), request, refusal: null);
    }

    /// <summary>The answer to one outcome.</summary>
    /// <param name="typed">What was typed, without the password.</param>
    public async Task<IResult> WriteAsync(
        HttpContext http, SignInOutcome outcome, SignInView typed, CancellationToken ct)
    {
        switch (outcome)
        {
            case SignInOutcome.Accepted accepted:
                var first = FirstStep.Password(typed.Keep);
                return await next.AfterFirstAsync(http, accepted.Account, first, typed.ReturnUrl, ct);
            case SignInOutcome.Refused refused:
                var refusal = new OAuthError("access_denied", "The person did not sign in.", refused.Reason);
                var email = typed.Email.Length <= SignInService.MaxLength ? typed.Email : "";
                var failed = typed with { Email = email, Failed = true };
                return await AskAsync(http, failed, await waiting.FindAsync(http, typed.ReturnUrl, ct), refusal);
            case SignInOutcome.Limited limited:
                return limits.Write(http, limited.Budget, links.SignIn(typed.ReturnUrl));
            default:
                return pages.Busy(http, links.SignIn(typed.ReturnUrl));
        }
    }

    /// <summary>A passkey was not taken; nothing of it says whether there is an account.</summary>
    public async Task<IResult> PasskeyRefusedAsync(
        HttpContext http, SignInView typed, string reason, CancellationToken ct)
    {
        var refusal = new OAuthError("access_denied", "The person did not sign in.", reason);
        var request = await waiting.FindAsync(http, typed.ReturnUrl, ct);
        return await AskAsync(http, typed with { PasskeyFailed = true }, request, refusal);
    }

    /// <summary>The form after the person came back from another provider without a sign-in.</summary>
    public async Task<IResult> NoticeAsync(HttpContext http, SignInView view, OAuthError? refusal) =>
        await AskAsync(http, view, await waiting.FindAsync(http, view.ReturnUrl, http.RequestAborted), refusal);

    // What the app knows of the person goes first (OpenID Connect Core §3.1.2.1). Who said that they are somebody else
    // is not taken for the person of the session again, also not when the app does so.
    private static string Suggest(string? loginHint, string? current, SignInAs who)
    {
        var hint = loginHint?.Trim();
        if (hint is not { Length: <= SignInService.MaxLength } || !hint.Contains('@', StringComparison.Ordinal))
            hint = null;
        if (who != SignInAs.Another) return hint ?? current ?? "";
        return string.Equals(hint, current, StringComparison.OrdinalIgnoreCase) ? "" : hint ?? "";
    }

    // Names the app that waits behind the form, and offers to cancel its request.
    private async Task<IResult> AskAsync(
        HttpContext http, SignInView view, AuthorizeRequest? request, OAuthError? refusal)
    {
        view = await others.OfferAsync(http, view);
        if (waiting.Describe(view.ReturnUrl, request) is not { } app)
            return pages.SignIn(view, others.FormActionSource(app: null), refusal);
        var named = view with { ClientName = app.ClientName, CancelUrl = app.CancelUrl };
        return pages.SignIn(named, others.FormActionSource(app.FormActionSource), refusal);
    }
}
