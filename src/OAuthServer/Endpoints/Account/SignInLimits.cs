using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Account;

/// <summary>The answer to whoever has guessed too often at sign-in.</summary>
internal sealed class SignInLimits(PageAnswers pages, OAuthAnswers json, RefusalLog refusals)
{
    /// <summary>A page for browsers, and the one form of all 429 for everything else (RFC 6585 §4).</summary>
    public IResult Write(HttpContext http, BudgetState? budget, string restartUrl)
    {
        const string Reason = Reasons.SignInGuessesExhausted;
        var usedUp = budget is { } state ? new BudgetRefusal(Reason, state) : null;
        var refusal = usedUp ?? OAuthError.TooManyRequests(Reason);
        if (!http.Request.PrefersHtml()) return json.Refuse(refusals.Note(http, refusal));
        return usedUp is not null
            ? pages.TooManyTries(http, usedUp, restartUrl)
            : pages.TooManyAtOnce(http, refusal, restartUrl);
    }
}
