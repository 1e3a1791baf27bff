using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>What comes after the first step.</summary>
internal enum NextStep
{
    /// <summary>There is a session.</summary>
    Done,

    /// <summary>The second factor is asked for.</summary>
    Factor,

    /// <summary>A second factor is set up first.</summary>
    Enroll,
}

/// <summary>
/// Stands between the first step, a right password or another provider's word, and the session. Whoever has a second
/// factor gets no session before it was shown, unless the browser is remembered; where everyone needs one, it is set
/// up before there is a session (docs/second-factors.md).
/// </summary>
internal sealed class SecondStep(
    AccountSession session,
    AccountFactors factors,
    PendingSignIns pending,
    RememberedBrowsers remembered,
    AccountJournal accounts,
    FactorJournal journal)
{
    /// <summary>Goes on after the first step: starts the session, or keeps the step for the second.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Who it is.</param>
    /// <param name="first">The first step; it can be enough by itself.</param>
    /// <param name="rule">Who needs a second factor.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<NextStep> AfterFirstAsync(
        HttpContext http, Account account, FirstStep first, SecondFactorRule rule, CancellationToken ct)
    {
        if (first.Methods.Level == Levels.TwoFactors) return await DoneAsync(http, account, first);
        var state = await factors.FindAsync(account.Id, ct);
        if (state.HasAny ? remembered.Knows(http, account, state) : rule != SecondFactorRule.Everyone)
            return await DoneAsync(http, account, first);

        pending.Write(http, account, first);
        await journal.AskedAsync(account.Id, http.Audit(), ct);
        return state.HasAny ? NextStep.Factor : NextStep.Enroll;
    }

    /// <summary>Starts the session of somebody who has shown all that there is to show.</summary>
    public async Task FinishAsync(
        HttpContext http, Account account, bool keep, SignInMethods methods, string? provider = null)
    {
        await session.StartAsync(http, account, keep, methods, provider);
        pending.Clear(http);
        await accounts.SignedInAsync(account.Id, http.Audit(), http.RequestAborted);
    }

    /// <summary>The same after the second factor, and remembers the browser where the person asked for it.</summary>
    public async Task FinishAsync(
        HttpContext http, FactorVisitor visitor, SignInMethods methods, bool remember, CancellationToken ct)
    {
        var first = visitor.First;
        await FinishAsync(http, visitor.Account, first.Keep, methods.After(first.Methods), first.Provider);
        // As they are after what was just shown.
        if (remember) remembered.Remember(http, visitor.Account, await factors.FindAsync(visitor.Account.Id, ct));
    }

    private async Task<NextStep> DoneAsync(HttpContext http, Account account, FirstStep first)
    {
        await FinishAsync(http, account, first.Keep, first.Methods, first.Provider);
        return NextStep.Done;
    }
}
