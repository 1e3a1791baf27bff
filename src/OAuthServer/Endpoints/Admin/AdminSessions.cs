using OAuthServer.Accounts.Editing;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>What the admin API does with sessions: where people are signed in, and what apps have of them.</summary>
internal sealed class AdminSessions(
    AccountReader reader, AccountRegistrar registrar, ClientAccess access, AdminAnswers answers)
{
    private static readonly string[] Filters = ["account"];

    private static readonly EditRefusal NoneNamed = EditRefusal.Members(
        [new(null, null, "Name either account or client_id.")]);

    public async Task ListAsync(HttpContext http)
    {
        var query = new AdminQuery(http.Request.Query, Filters);
        var account = query.Uuid("account");
        if (query.Fault is null && account is null) query.Refuse("account is missing.");
        if (query.Fault is { } fault)
            await RefuseAsync(http, fault);
        else if (await reader.SessionsAsync(account!.Value, http.RequestAborted) is not { } live)
            await RefuseAsync(http, EditRefusal.Unknown);
        else
            await answers.WriteAsync(http, 200, new SessionsAnswer(live), AdminJson.Default.SessionsAnswer);
    }

    public async Task EndAsync(HttpContext http)
    {
        if (!Guid.TryParse((string?)http.Request.RouteValues["session_id"], out var id))
            await RefuseAsync(http, EditRefusal.Unknown);
        else
            await AnswerAsync(
                http, await registrar.EndSessionAsync(id, AdminAccounts.MakerOf(http), http.RequestAborted));
    }

    public async Task EndAllAsync(HttpContext http)
    {
        if ((await AdminBody.ReadAsync<SessionsAsked>(http, _ => false)).Failed(out var unfit, out var asked))
            await RefuseAsync(http, unfit);
        else
            await EndAllAsync(http, asked, AdminAccounts.MakerOf(http), http.RequestAborted);
    }

    private async Task EndAllAsync(HttpContext http, SessionsAsked asked, AccountEdit by, CancellationToken ct)
    {
        if (asked is { Account: { } account, ClientId: null })
            await AnswerAsync(http, await registrar.SignOutAsync(account, asked.AllAccess, by, ct));
        else if (asked is { Account: null, ClientId: { } client })
            await AnswerAsync(http, await access.EndAsync(client, by, ct));
        else
            await RefuseAsync(http, NoneNamed);
    }

    private Task AnswerAsync(HttpContext http, Result<EditedAccount> edited) =>
        edited.Failed(out var refusal, out var done)
            ? RefuseAsync(http, refusal)
            : WriteAsync(http, new EndedAnswer { Sessions = done.Ended.Sessions, RefreshTokens = done.Ended.Grants });

    private Task AnswerAsync(HttpContext http, Result<EndedClientAccess> ended) =>
        ended.Failed(out var refusal, out var done)
            ? RefuseAsync(http, refusal)
            : WriteAsync(http, new EndedAnswer { People = done.People, More = done.MayBeMore });

    private Task WriteAsync(HttpContext http, EndedAnswer answer) =>
        answers.WriteAsync(http, StatusCodes.Status200OK, answer, AdminJson.Default.EndedAnswer);

    private Task RefuseAsync(HttpContext http, OAuthError error) =>
        answers.RefuseAsync(http, error, AdminCaller.Of(http));
}
