using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>What comes after the right password.</summary>
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
/// Stands between a right password and the session. Whoever has a second factor gets no session before it was shown,
/// unless the browser is remembered; where everyone needs one, it is set up before there is a session
/// (docs/second-factors.md).
/// </summary>
internal sealed class SecondStep(
    AccountSession session,
    AccountFactors factors,
    PendingSignIns pending,
    RememberedBrowsers remembered,
    AccountJournal accounts,
    FactorJournal journal)
{
    /// <summary>Goes on after the right password: starts the session, or keeps the first step for the second.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Whose password it was.</param>
    /// <param name="keep">Whether the session is to be kept.</param>
    /// <param name="rule">Who needs a second factor.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<NextStep> AfterPasswordAsync(
        HttpContext http, Account account, bool keep, SecondFactorRule rule, CancellationToken ct)
    {
        var state = await factors.FindAsync(account.Id, ct);
        if (state.HasAny ? remembered.Knows(http, account, state) : rule != SecondFactorRule.Everyone)
        {
            await FinishAsync(http, account, keep, SignInMethods.Password);
            return NextStep.Done;
        }

        pending.Write(http, account, keep);
        await journal.AskedAsync(account.Id, http.Audit(), ct);
        return state.HasAny ? NextStep.Factor : NextStep.Enroll;
    }

    /// <summary>Starts the session of somebody who has shown all that there is to show.</summary>
    public async Task FinishAsync(HttpContext http, Account account, bool keep, SignInMethods methods)
    {
        await session.StartAsync(http, account, keep, methods);
        pending.Clear(http);
        await accounts.SignedInAsync(account.Id, http.Audit(), http.RequestAborted);
    }

    /// <summary>The same after the second factor, and remembers the browser where the person asked for it.</summary>
    public async Task FinishAsync(
        HttpContext http, FactorVisitor visitor, SignInMethods methods, bool remember, CancellationToken ct)
    {
        await FinishAsync(http, visitor.Account, visitor.Keep, methods);
        // As they are after what was just shown.
        if (remember) remembered.Remember(http, visitor.Account, await factors.FindAsync(visitor.Account.Id, ct));
    }
}
