using OAuthServer.Accounts.Editing;
using OAuthServer.Audit;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// What the admin API does with accounts: what the <c>accounts</c> commands do, to people who are no operators.
/// </summary>
internal sealed class AdminAccounts(AccountReader reader, AccountRegistrar registrar, AdminAnswers answers)
{
    private const int UsualPage = 50;

    /// <summary>Of accounts in one answer.</summary>
    public const int LongestPage = 200;

    private static readonly string[] Filters =
    [
        "email", "contains", "disabled", "locked", "unconfirmed", "without_password", "after", "limit",
    ];

    public async Task ListAsync(HttpContext http)
    {
        var query = new AdminQuery(http.Request.Query, Filters);
        var filter = new AccountFilter
        {
            Email = query.Text("email") is { } email ? NewPerson.Compared(email.Trim()) : null,
            Address = query.Text("contains") is { } part ? NewPerson.Compared(part) : null,
            Disabled = query.Flag("disabled"),
            Locked = query.Flag("locked"),
            Unconfirmed = query.Flag("unconfirmed"),
            WithoutPassword = query.Flag("without_password"),
        };
        var (after, limit) = (query.Uuid("after"), query.Number("limit", UsualPage, LongestPage));
        if (query.Fault is { } fault)
        {
            await RefuseAsync(http, fault);
            return;
        }

        var found = await reader.PageAsync(filter, after, limit + 1, http.RequestAborted);
        var page = new AccountPage([.. found.Take(limit)], found.Count > limit ? found[limit - 1].Id : null);
        await answers.WriteAsync(http, StatusCodes.Status200OK, page, AdminJson.Default.AccountPage);
    }

    public Task FindAsync(HttpContext http) => OnOneAsync(http, id => WriteAsync(http, id, 200, null));

    public async Task CreateAsync(HttpContext http)
    {
        if ((await AdminBody.ReadAsync<NewPerson>(http, IsShown)).Failed(out var unfit, out var person))
            await RefuseAsync(http, unfit);
        else
            await MadeAsync(http, await registrar.CreateAsync(person, MakerOf(http), http.RequestAborted));
    }

    public async Task InviteAsync(HttpContext http)
    {
        if ((await AdminBody.ReadAsync<InvitedPerson>(http, IsShown)).Failed(out var unfit, out var person))
            await RefuseAsync(http, unfit);
        else
            await MadeAsync(http, await registrar.InviteAsync(person, MakerOf(http), http.RequestAborted));
    }

    public Task DisableAsync(HttpContext http) =>
        ChangeAsync(http, (id, by) => registrar.SwitchAsync(id, true, by, http.RequestAborted));

    public Task EnableAsync(HttpContext http) =>
        ChangeAsync(http, (id, by) => registrar.SwitchAsync(id, false, by, http.RequestAborted));

    public Task UnlockAsync(HttpContext http) =>
        ChangeAsync(http, (id, by) => registrar.UnlockAsync(id, by, http.RequestAborted));

    public Task RemoveFactorsAsync(HttpContext http) =>
        ChangeAsync(http, (id, by) => registrar.RemoveFactorsAsync(id, by, http.RequestAborted));

    public Task ResetAsync(HttpContext http) => ChangeAsync<PasswordReset>(
        http, (id, reset, by) => registrar.ResetAsync(id, reset, by, http.RequestAborted));

    public Task SignOutAsync(HttpContext http) => ChangeAsync<SignOutAsked>(
        http, (id, asked, by) => registrar.SignOutAsync(id, asked.AllAccess, by, http.RequestAborted));

    /// <summary>Who calls, whatever state they saw.</summary>
    internal static AccountEdit MakerOf(HttpContext http)
    {
        var caller = AdminCaller.Of(http);
        return new AccountEdit(http.Audit(), EndedBy.Operator) { Client = caller.Client, Person = caller.Pseudonym };
    }

    private static AccountEdit EditOf(HttpContext http) =>
        MakerOf(http) with { Tags = AdminBody.IfMatch(http.Request).Tags };

    private static bool IsShown(string name) =>
        ClientFileShape.MembersOf(typeof(AccountView)).Concat(ClientFileShape.MembersOf(typeof(Storage.Account)))
            .Any(member => member.Name == name);

    private Task ChangeAsync(HttpContext http, Func<Guid, AccountEdit, Task<Result<EditedAccount>>> change) =>
        OnOneAsync(http, async id => await AnswerAsync(http, id, await change(id, EditOf(http))));

    private Task ChangeAsync<T>(HttpContext http, Func<Guid, T, AccountEdit, Task<Result<EditedAccount>>> change)
        where T : notnull => OnOneAsync(http, async id =>
    {
        if ((await AdminBody.ReadAsync<T>(http, _ => false)).Failed(out var unfit, out var asked))
            await RefuseAsync(http, unfit);
        else
            await AnswerAsync(http, id, await change(id, asked, EditOf(http)));
    });

    // What is no id is one of nobody.
    private Task OnOneAsync(HttpContext http, Func<Guid, Task> call) =>
        Guid.TryParse((string?)http.Request.RouteValues["account_id"], out var id)
            ? call(id)
            : RefuseAsync(http, EditRefusal.Unknown);

    private Task MadeAsync(HttpContext http, Result<EditedAccount> made)
    {
        if (made.Failed(out var refusal, out var account)) return RefuseAsync(http, refusal);
        http.Response.Headers.Location = $"{Routes.AdminAccounts}/{account.Account}";
        return WriteAsync(http, account.Account, StatusCodes.Status201Created, account);
    }

    private Task AnswerAsync(HttpContext http, Guid id, Result<EditedAccount> edited) =>
        edited.Failed(out var refusal, out var account)
            ? RefuseAsync(http, refusal)
            : WriteAsync(http, id, StatusCodes.Status200OK, account);

    private Task RefuseAsync(HttpContext http, OAuthError error) =>
        answers.RefuseAsync(http, error, AdminCaller.Of(http));

    private async Task WriteAsync(HttpContext http, Guid id, int status, EditedAccount? edited)
    {
        if (await reader.FindAsync(id, http.RequestAborted) is not { } found)
        {
            await RefuseAsync(http, EditRefusal.Unknown);
            return;
        }

        http.Response.Headers.ETag = found.Tag;
        var answer = AccountAnswer.Of(found.Account, edited);
        await answers.WriteAsync(http, status, answer, AdminJson.Default.AccountAnswer);
    }
}
