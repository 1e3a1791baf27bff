using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Account.Factors;

/// <summary>Leads on from the right password, and answers what came of a second factor.</summary>
internal sealed class SecondStepAnswer(
    SecondStep step,
    WaitingRequests waiting,
    AccountLinks links,
    PageAnswers pages,
    PasskeyService passkeys,
    IOptions<SecondFactorOptions> options)
{
    // Of codes of the app: five in a row.
    private const int FreeCodes = 5;

    /// <summary>After the first step: to the target with a session, or to the page of the second step.</summary>
    public async Task<IResult> AfterFirstAsync(
        HttpContext http, Storage.Account account, FirstStep first, string? target, CancellationToken ct) =>
        await step.AfterFirstAsync(http, account, first, options.Value.Required, ct) switch
        {
            NextStep.Factor => new SeeOther(links.Factor(target)),
            NextStep.Enroll => new SeeOther(links.SetUpApp(target)),
            _ => new SeeOther(target ?? links.Account),
        };

    public IResult Malformed(string? target) => pages.Malformed(links.Factor(target));

    public IResult Expired(string? target) => pages.FormExpired(links.Factor(target));

    /// <summary>
    /// Nobody is at the second step here: the first one comes first, unless there is nothing left to do.
    /// </summary>
    public async Task<IResult> NobodyAsync(HttpContext http, string? target) =>
        await AccountSession.ReadAsync(http) is { } session && session.Methods.Reaches(Levels.TwoFactors)
            ? new SeeOther(target ?? links.Account)
            : new SeeOther(links.SignIn(target));

    /// <summary>The form; for whoever has no factor, the page that sets one up.</summary>
    /// <param name="http">The request.</param>
    /// <param name="visitor">Who is asked.</param>
    /// <param name="typed">What was chosen, without the code.</param>
    /// <param name="refusal">What the page refuses; null when it is first shown.</param>
    public async Task<IResult> AskAsync(
        HttpContext http, FactorVisitor visitor, FactorView typed, OAuthError? refusal)
    {
        if (!visitor.State.HasAny) return new SeeOther(links.SetUpApp(typed.ReturnUrl));
        var app = await waiting.DescribeAsync(http, typed.ReturnUrl, http.RequestAborted);
        // Without an app there is nothing to type but a recovery code.
        var ask = visitor.State.Passkeys > 0 ? await passkeys.AskToSignInAsync(http) : null;
        var view = typed with
        {
            IsRecovery = typed.IsRecovery || !visitor.State.HasApp,
            Passkey = ask is null ? null : new PasskeyAskView(ask.Options, ask.Ticket),
            UserName = visitor.Account.Email ?? "",
            ClientName = app?.ClientName,
            CancelUrl = app?.CancelUrl,
            OtherWayUrl = visitor.State.HasApp ? OtherWay(typed) : null,
            RememberDays = visitor.Session is null ? (int)options.Value.RememberBrowserFor.TotalDays : 0,
        };
        return pages.Factor(view, app?.FormActionSource, refusal);
    }

    /// <summary>The answer to one outcome.</summary>
    public async Task<IResult> WriteAsync(
        HttpContext http, FactorVisitor visitor, FactorView typed, FactorOutcome outcome, CancellationToken ct)
    {
        switch (outcome)
        {
            case FactorOutcome.Accepted accepted:
                await step.FinishAsync(http, visitor, accepted.Methods, typed.Remember, ct);
                return new SeeOther(typed.ReturnUrl ?? links.Account);
            case FactorOutcome.Limited limited:
                return await LimitAsync(http, visitor, typed, limited.Wait);
            default:
                var reason = ((FactorOutcome.Refused)outcome).Reason;
                var refusal = new OAuthError("access_denied", "The second factor was not right.", reason);
                return await AskAsync(http, visitor, typed with { Fault = FaultOf(reason, typed) }, refusal);
        }
    }

    private string OtherWay(FactorView typed)
    {
        var url = links.Factor(typed.ReturnUrl);
        if (typed.IsRecovery) return url;
        return url + (typed.ReturnUrl is null ? "?" : "&") + "with=recovery";
    }

    // A page with the way on that is open: recovery codes are no guesses.
    private Task<IResult> LimitAsync(HttpContext http, FactorVisitor visitor, FactorView typed, TimeSpan wait)
    {
        var refusal = new BudgetRefusal(Reasons.FactorGuessesExhausted, new BudgetState(FreeCodes, 0, wait));
        http.Response.Headers.WriteUsedUp(refusal.Budget);
        var minutes = (int)Math.Ceiling(Math.Max(1, wait.TotalMinutes));
        return AskAsync(http, visitor, typed with { Fault = new Words("Factor.TooMany", minutes) }, refusal);
    }

    private static Words FaultOf(string reason, FactorView typed)
    {
        if (reason == Reasons.FactorUsedBefore) return new Words("Factor.UsedBefore");
        return typed.IsRecovery ? new Words("Factor.WrongRecovery") : new Words("Factor.WrongCode");
    }
}
