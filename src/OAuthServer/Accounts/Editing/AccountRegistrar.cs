using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Editing;

/// <summary>An account as an edit left it.</summary>
/// <param name="Account">Its id.</param>
/// <param name="Changed">False when it was so already.</param>
internal sealed record EditedAccount(Guid Account, bool Changed)
{
    /// <summary>The password that was made, which nobody can read again; null when none was.</summary>
    public string? Password { get; init; }

    /// <summary>Whether a link to choose a password is on its way.</summary>
    public bool LinkMailed { get; init; }

    /// <summary>How much ended.</summary>
    public EndedAccess Ended { get; init; } = new(0, 0);

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Account.ToString();
}

/// <summary>
/// Makes and changes the accounts of other people, for the admin API and the operators' site alike. What it does is
/// what the commands do; accounts of operators it leaves alone.
/// </summary>
internal sealed class AccountRegistrar(
    AccountEditing editing, Storage.Accounts accounts, OperatorAccounts operators, Sessions sessions, Grants grants,
    GivenPasswords passwords)
{
    private const string Note = "by operator";

    /// <summary>Makes an account with a password: a given one, or one that is told once.</summary>
    public async Task<Result<EditedAccount>> CreateAsync(NewPerson person, AccountEdit by, CancellationToken ct)
    {
        if ((await passwords.HashAsync(person.Password, person.Email, ct)).Failed(out var unfit, out var password))
            return unfit;
        var account = NewPerson.Account(person.Email, person.Name) with
        {
            EmailConfirmed = person.EmailVerified,
            PasswordHash = password.Hash,
        };
        return await RefusalAsync(account, null, by, ct) is { } refusal
            ? refusal
            : new EditedAccount(account.Id, true) { Password = password.Shown };
    }

    /// <summary>
    /// Makes an account whose owner chooses the password; where there is none yet, sends the link anew.
    /// </summary>
    public async Task<Result<EditedAccount>> InviteAsync(InvitedPerson person, AccountEdit by, CancellationToken ct)
    {
        var account = NewPerson.Account(person.Email, person.Name);
        var known = await accounts.FindNormalizedAsync(account.NormalizedEmail, ct);
        if (known is { PasswordHash: null, DisabledAt: null }) return await MailAsync(known, by, ct);
        return await RefusalAsync(account, MailKind.Invitation, by, ct) is { } refusal
            ? refusal
            : new EditedAccount(account.Id, true) { LinkMailed = true };
    }

    /// <summary>Disables an account, which ends all that it has, or enables it.</summary>
    public async Task<Result<EditedAccount>> SwitchAsync(
        Guid id, bool disable, AccountEdit by, CancellationToken ct)
    {
        var edited = await editing.SwitchAsync(id, disable, by, ct);
        if (RefusalOf(edited) is { } refusal) return refusal;
        var ended = disable ? await grants.EndAllAccessAsync(EndOf(id, null, by), ct) : new EndedAccess(0, 0);
        return new EditedAccount(id, edited == AccountEdited.Done) { Ended = ended };
    }

    /// <summary>Forgets the wrong passwords that were typed.</summary>
    public async Task<Result<EditedAccount>> UnlockAsync(Guid id, AccountEdit by, CancellationToken ct) =>
        ResultOf(id, await editing.UnlockAsync(id, by, ct));

    /// <summary>Takes every second factor away.</summary>
    public async Task<Result<EditedAccount>> RemoveFactorsAsync(Guid id, AccountEdit by, CancellationToken ct) =>
        ResultOf(id, await editing.RemoveFactorsAsync(id, by, ct));

    /// <summary>Mails a link, or sets a password, which ends all that the account has.</summary>
    public async Task<Result<EditedAccount>> ResetAsync(
        Guid id, PasswordReset reset, AccountEdit by, CancellationToken ct)
    {
        if (await accounts.FindAsync(id, ct) is not { } account) return EditRefusal.Unknown;
        if (account.DisabledAt is not null) return EditRefusal.Disabled;
        if (reset is { Password: null, Generate: false }) return await MailAsync(account, by, ct);
        if ((await passwords.HashAsync(reset.Password, account.Known, ct)).Failed(out var unfit, out var password))
            return unfit;
        var edited = await editing.SetPasswordAsync(id, password.Hash, by, ct);
        if (RefusalOf(edited) is { } refusal) return refusal;
        var ended = await grants.EndAllAccessAsync(EndOf(id, null, by), ct);
        return new EditedAccount(id, true) { Password = password.Shown, Ended = ended };
    }

    /// <summary>Ends every session of a person, or all that apps have too.</summary>
    public async Task<Result<EditedAccount>> SignOutAsync(Guid id, bool allAccess, AccountEdit by, CancellationToken ct)
    {
        if (await accounts.FindAsync(id, ct) is not { } account) return EditRefusal.Unknown;
        if (await operators.HasAsync(id, ct)) return EditRefusal.Operates;
        if (by.Tags?.Contains(AccountTag.Of(account), StringComparer.Ordinal) == false) return EditRefusal.Stale;
        var ended = allAccess
            ? await grants.EndAllAccessAsync(EndOf(id, null, by), ct)
            : new EndedAccess(await sessions.EndAsync(EndOf(id, null, by), ct), 0);
        return new EditedAccount(id, ended.Sessions + ended.Grants > 0) { Ended = ended };
    }

    /// <summary>Ends one session of whoever it is.</summary>
    public async Task<Result<EditedAccount>> EndSessionAsync(Guid sessionId, AccountEdit by, CancellationToken ct)
    {
        if (await sessions.OwnerAsync(sessionId, ct) is not { } owner) return EditRefusal.Unknown;
        if (await operators.HasAsync(owner, ct)) return EditRefusal.Operates;
        var ended = await sessions.EndAsync(EndOf(owner, sessionId, by), ct);
        return new EditedAccount(owner, ended > 0) { Ended = new EndedAccess(ended, 0) };
    }

    private static SessionEnd EndOf(Guid id, Guid? one, AccountEdit by) => new()
    {
        UserId = id,
        Only = one,
        By = by.By,
        ByWhom = by.DetailOf(null),
        Audit = by.Context,
    };

    private static Result<EditedAccount> ResultOf(Guid id, AccountEdited edited) =>
        RefusalOf(edited) is { } refusal ? refusal : new EditedAccount(id, edited == AccountEdited.Done);

    private static EditRefusal? RefusalOf(AccountEdited edited) => edited switch
    {
        AccountEdited.Unknown => EditRefusal.Unknown,
        AccountEdited.Stale => EditRefusal.Stale,
        AccountEdited.Operates => EditRefusal.Operates,
        _ => null,
    };

    private async Task<Result<EditedAccount>> MailAsync(Account account, AccountEdit by, CancellationToken ct)
    {
        var kind = account.PasswordHash is null ? MailKind.Invitation : MailKind.PasswordReset;
        var edited = await editing.InviteAsync(account.Id, kind, by, ct);
        return RefusalOf(edited) is { } refusal ? refusal : new EditedAccount(account.Id, true) { LinkMailed = true };
    }

    private async Task<EditRefusal?> RefusalAsync(
        NewAccount account, MailKind? mail, AccountEdit by, CancellationToken ct) =>
        await editing.TryCreateAsync([account], (by, Note), mail, false, ct) switch
        {
            null => null,
            AccountTable.EmailIndex or AccountTable.UserNameIndex => EditRefusal.AddressTaken,
            var rule => EditRefusal.Rules([rule]),
        };
}
