using OAuthServer.Accounts.Editing;
using OAuthServer.Pages;
using OAuthServer.Pages.Views.Operators;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>People at the operators' site, and where they are signed in.</summary>
internal sealed class PeopleSite(
    AccountReader reader, AccountRegistrar registrar, SiteGuard guard, OperatorPages pages)
{
    private const int Most = 50;
    private const int LongestAddress = 256;

    public Task<IResult> SearchAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadAccounts, async visitor =>
        {
            var asked = http.Request.Query["email"] is [{ Length: > 0 and <= LongestAddress } typed]
                ? typed.Trim()
                : null;
            var part = asked is null || Parameters.HasControls(asked) ? null : NewPerson.Compared(asked);
            var found = part is null
                ? []
                : await reader.PageAsync(new AccountFilter { Address = part }, null, Most + 1, ct);
            var people = found.Take(Most).Select(Listed).ToList();
            var view = new OperatorPeopleView(asked, people, found.Count > Most) { Operator = visitor.Name };
            return pages.Of<OperatorPeoplePage, OperatorPeopleView>(view, visitor.Token);
        });

    public Task<IResult> ShowAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadAccounts, visitor =>
            PageAsync(http, visitor, NoticeOf(http.Request.Query["done"]), new(null, null), ct));

    public Task<IResult> DisableAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "disabled", (id, by) => registrar.SwitchAsync(id, true, by, ct), ct);

    public Task<IResult> EnableAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "enabled", (id, by) => registrar.SwitchAsync(id, false, by, ct), ct);

    public Task<IResult> UnlockAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "unlocked", (id, by) => registrar.UnlockAsync(id, by, ct), ct);

    public Task<IResult> SignOutAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "signed-out", (id, by) => registrar.SignOutAsync(id, true, by, ct), ct);

    public Task<IResult> RemoveFactorsAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "factors", (id, by) => registrar.RemoveFactorsAsync(id, by, ct), ct);

    public Task<IResult> MailLinkAsync(HttpContext http, CancellationToken ct) =>
        ChangeAsync(http, "mailed", (id, by) => registrar.ResetAsync(id, new PasswordReset(), by, ct), ct);

    /// <summary>A new password, shown on the page that answers.</summary>
    public Task<IResult> NewPasswordAsync(HttpContext http, CancellationToken ct) => ChangeAsync(
        http, "password", (id, by) => registrar.ResetAsync(id, new PasswordReset { Generate = true }, by, ct), ct);

    public Task<IResult> EndSessionAsync(HttpContext http, CancellationToken ct) =>
        guard.ActAsync(http, AdminScopes.EndSessions, async (visitor, _) =>
        {
            if (!Guid.TryParse((string?)http.Request.RouteValues["session_id"], out var session)) return Missing();
            var ended = await registrar.EndSessionAsync(session, visitor.EditOf(http, ""), ct);
            // One that is over already has ended as well.
            if (!ended.Failed(out var refusal, out var _) || refusal.Status == StatusCodes.Status404NotFound)
                return new SeeOther($"{Routes.SitePeople}/{IdOf(http)}?done=ended");
            await guard.NoteAsync(http, refusal, visitor);
            return await PageAsync(http, visitor, null, new(refusal, null), ct);
        });

    private static Guid IdOf(HttpContext http) =>
        Guid.TryParse((string?)http.Request.RouteValues["account_id"], out var id) ? id : Guid.Empty;

    private static ListedPerson Listed(AccountView account) => new(account.Id, account.Email, account.State);

    private static Words? NoticeOf(string? done) => done switch
    {
        "disabled" => new("Operators.PersonDisabled"),
        "enabled" => new("Operators.PersonEnabled"),
        "unlocked" => new("Operators.PersonUnlocked"),
        "signed-out" => new("Operators.PersonSignedOut"),
        "factors" => new("Operators.FactorsRemoved"),
        "mailed" => new("Operators.LinkMailed"),
        "ended" => new("Operators.SessionEnded"),
        _ => null,
    };

    private Task<IResult> ChangeAsync(
        HttpContext http, string done, Func<Guid, AccountEdit, Task<Result<EditedAccount>>> change,
        CancellationToken ct) => guard.ActAsync(http, AdminScopes.WriteAccounts, async (visitor, form) =>
    {
        var edited = await change(IdOf(http), visitor.EditOf(http, form["tag"]));
        if (edited.Failed(out var refusal, out var account))
        {
            await guard.NoteAsync(http, refusal, visitor);
            return await PageAsync(http, visitor, null, new(refusal, null), ct);
        }

        return account.Password is { } password
            ? await PageAsync(http, visitor, null, new(null, password), ct)
            : new SeeOther($"{SiteAddress.OfPerson(account.Account)}?done={done}");
    });

    private IResult Missing() => pages.Message("Missing", "ToPeople", Routes.SitePeople, EditRefusal.Unknown);

    private async Task<IResult> PageAsync(
        HttpContext http, SiteVisitor visitor, Words? notice, Said said, CancellationToken ct)
    {
        var id = IdOf(http);
        if (await reader.FindAsync(id, ct) is not { } found) return Missing();
        var sessions = visitor.Has(AdminScopes.ReadSessions) ? await reader.SessionsAsync(id, ct) ?? [] : [];
        var view = new OperatorPersonView(Listed(found.Account.Account), found.Tag)
        {
            Operator = visitor.Name,
            Notice = notice,
            Fault = said.Refusal is { } refusal ? SiteWords.Of(refusal) : null,
            MayChange = visitor.Has(AdminScopes.WriteAccounts),
            MayEndSessions = visitor.Has(AdminScopes.EndSessions),
            IsConfirmed = found.Account.Account.EmailVerified,
            HasPassword = found.Account.Account.Password is not null,
            IsOperator = found.Account.IsOperator,
            WrongPasswords = found.Account.WrongPasswords,
            ConnectedApps = found.Account.ConnectedApps,
            Factors = found.Account.Passkeys + (found.Account.AppAddedAt is null ? 0 : 1),
            CreatedAt = found.Account.Account.CreatedAt,
            Sessions = [.. sessions.Select(Shown)],
            NewPassword = said.Password,
        };
        return pages.Of<OperatorPersonPage, OperatorPersonView>(view, visitor.Token, said.Refusal);
    }

    private static ShownSession Shown(LiveSession session) => new(session.Id, session.Device, session.Address)
    {
        BeganAt = session.BeganAt,
        UsedAt = session.UsedAt,
        Apps = session.Apps,
    };

    private sealed record Said(OAuthError? Refusal, string? Password)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => nameof(Said);
    }
}
