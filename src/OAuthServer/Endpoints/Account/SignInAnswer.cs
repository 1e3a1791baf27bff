using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Account;

/// <summary>Turns what came of a try to sign in into a page or a 303.</summary>
internal sealed class SignInAnswer(
    AuthorizeService authorize,
    AccountLinks links,
    AccountSession session,
    PageAnswers pages,
    OAuthAnswers json,
    RefusalLog refusals)
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
        var request = await FindRequestAsync(http, target, ct);
        // Back, after the password was typed: it is not asked for twice.
        if (person is not null && who == SignInAs.TheSame && request?.Interaction?.IsMetBy(person) == true)
            return new SeeOther(target!);
        var email = Suggest(request?.LoginHint, person?.Name, who);
        return Ask(new SignInView(null, null, target, email), request, refusal: null);
    }

    /// <summary>The answer to one outcome.</summary>
    /// <param name="typed">What was typed, without the password.</param>
    public async Task<IResult> WriteAsync(
        HttpContext http, SignInOutcome outcome, SignInView typed, CancellationToken ct)
    {
        switch (outcome)
        {
            case SignInOutcome.Accepted accepted:
                await session.StartAsync(http, accepted.Account, typed.Keep);
                return new SeeOther(typed.ReturnUrl ?? links.Account);
            case SignInOutcome.Refused refused:
                var refusal = new OAuthError("access_denied", "The person did not sign in.", refused.Reason);
                var email = typed.Email.Length <= SignInService.MaxLength ? typed.Email : "";
                var failed = typed with { Email = email, Failed = true };
                return Ask(failed, await FindRequestAsync(http, typed.ReturnUrl, ct), refusal);
            case SignInOutcome.Limited limited:
                return Limit(http, limited.Budget, links.SignIn(typed.ReturnUrl));
            default:
                return pages.Busy(http, links.SignIn(typed.ReturnUrl));
        }
    }

    // A page for browsers, and the one form of all 429 for everything else (RFC 6585 §4).
    private IResult Limit(HttpContext http, BudgetState? budget, string restartUrl)
    {
        const string Reason = Reasons.SignInGuessesExhausted;
        var usedUp = budget is { } state ? new BudgetRefusal(Reason, state) : null;
        var refusal = usedUp ?? OAuthError.TooManyRequests(Reason);
        if (!http.Request.PrefersHtml()) return json.Refuse(refusals.Note(http, refusal));
        return usedUp is not null
            ? pages.TooManyTries(http, usedUp, restartUrl)
            : pages.TooManyAtOnce(http, refusal, restartUrl);
    }

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
    private IResult Ask(SignInView view, AuthorizeRequest? request, OAuthError? refusal)
    {
        if (request is null || view.ReturnUrl is null || links.AuthorizeQuery(view.ReturnUrl) is not { } query)
            return pages.SignIn(view, formActionSource: null, refusal);
        var named = view with { ClientName = request.Client.Name, CancelUrl = links.CancelAuthorize(query) };
        return pages.SignIn(named, RedirectUri.ContentSecurityPolicySource(request.Target.RedirectUri), refusal);
    }

    // Its language is spoken from here on.
    private async Task<AuthorizeRequest?> FindRequestAsync(HttpContext http, string? target, CancellationToken ct)
    {
        if (target is null || links.AuthorizeQuery(target) is not { } query) return null;
        if (AuthorizeEndpoint.ReadQuery(query).Failed(out _, out var parameters)) return null;
        var request = await authorize.DescribeAsync(parameters, ct);
        pages.Follow(http, request?.Target.UiLocales);
        return request;
    }
}
