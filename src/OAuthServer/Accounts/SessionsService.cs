using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What a person does about their sessions. None of it is tied to the request: whoever asked for it and closed the page
/// has it done.
/// </summary>
internal sealed class SessionsService(
    AccountSession session, Sessions sessions, Grants grants, AccountJournal journal)
{
    /// <summary>Ends the session of this browser.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Whose session it is.</param>
    /// <param name="clientId">The app that asked for it; null when the person did by themselves.</param>
    public async Task SignOutAsync(HttpContext http, SignedInAccount account, string? clientId = null)
    {
        await session.EndAsync(http, account, clientId);
        journal.SignedOut(account.Id);
    }

    /// <summary>Ends another session of the same person.</summary>
    public Task EndAsync(HttpContext http, SignedInAccount account, Guid id) => EndAsync(
        account, new SessionEnd { UserId = account.Id, Only = id, By = EndedBy.Person, Audit = http.Audit() });

    /// <summary>Ends every session of the person but this browser's.</summary>
    public Task EndOthersAsync(HttpContext http, SignedInAccount account) => EndAsync(
        account,
        new SessionEnd { UserId = account.Id, But = account.SessionId, By = EndedBy.Person, Audit = http.Audit() });

    /// <summary>Ends everything, this browser's session too.</summary>
    public async Task EndAllAccessAsync(HttpContext http, SignedInAccount account)
    {
        var ended = await grants.EndAllAccessAsync(
            account.Id, EndedBy.Person, http.Audit(), CancellationToken.None);
        await AccountSession.ForgetAsync(http);
        journal.AccessEnded(account.Id, ended);
    }

    private async Task EndAsync(SignedInAccount account, SessionEnd end)
    {
        var ended = await sessions.EndAsync(end, CancellationToken.None);
        if (ended > 0) journal.SessionsEnded(account.Id, ended);
    }
}
