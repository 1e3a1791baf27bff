using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>
/// Records what people do: one audit row and one log line each. What was typed is never in it: what was meant as a
/// password may have been typed as the e-mail address.
/// </summary>
internal sealed partial class AccountJournal(
    AuditEvents audit, ServerTelemetry telemetry, ILogger<AccountJournal> logger)
{
    public Task SignedInAsync(Guid account, AuditContext context, CancellationToken ct)
    {
        telemetry.Granted("sign-in");
        LogSignedIn(account);
        return RecordAsync(AuditEventNames.SignIn, null, account, context, ct);
    }

    public Task SignInRefusedAsync(Guid? account, string reason, AuditContext context, CancellationToken ct)
    {
        LogSignInRefused(account, reason);
        return RecordAsync(AuditEventNames.SignIn, reason, account, context, ct);
    }

    public Task GuessesUsedUpAsync(Guid? account, string reason, AuditContext context, CancellationToken ct)
    {
        LogGuessesUsedUp(account, reason);
        return RecordAsync(AuditEventNames.BudgetUsedUp, reason, account, context, ct);
    }

    /// <summary>The statement that ended the session has written the audit row.</summary>
    public void SignedOut(Guid account) => LogSignedOut(account);

    /// <summary>The same of more than this browser's session.</summary>
    public void SessionsEnded(Guid account, int sessions) => LogSessionsEnded(account, sessions);

    /// <summary>The same of all access.</summary>
    public void AccessEnded(Guid account, EndedAccess ended) =>
        LogAccessEnded(account, ended.Sessions, ended.Grants);

    public Task PasswordChangedAsync(Guid account, AuditContext context, CancellationToken ct)
    {
        LogPasswordChanged(account);
        return RecordAsync(AuditEventNames.PasswordChanged, null, account, context, ct);
    }

    public Task PasswordRemovedAsync(Guid account, AuditContext context, CancellationToken ct)
    {
        LogPasswordRemoved(account);
        return RecordAsync(AuditEventNames.PasswordRemoved, null, account, context, ct);
    }

    /// <summary>By a mailed link: a first one with a new account, or another one.</summary>
    public Task PasswordSetAsync(Guid account, bool isNew, AuditContext context, CancellationToken ct)
    {
        var name = isNew ? AuditEventNames.AccountRegistered : AuditEventNames.PasswordReset;
        LogByLink(account, name);
        return RecordAsync(name, null, account, context, ct);
    }

    /// <summary>By a mailed link, in a session: the address is confirmed, or another one.</summary>
    public Task AddressAsync(Guid account, bool isNew, AuditContext context, CancellationToken ct)
    {
        var name = isNew ? AuditEventNames.AddressChanged : AuditEventNames.AddressConfirmed;
        LogByLink(account, name);
        return RecordAsync(name, null, account, context, ct);
    }

    /// <summary>The audit row was written with the deletion.</summary>
    public void Deleted(Guid account) => LogDeleted(account);

    public Task DataDownloadedAsync(Guid account, AuditContext context, CancellationToken ct) =>
        RecordAsync(AuditEventNames.DataDownloaded, null, account, context, ct);

    public Task PasswordChangeRefusedAsync(Guid account, AuditContext context, CancellationToken ct)
    {
        LogPasswordChangeRefused(account);
        return RecordAsync(AuditEventNames.PasswordChanged, Reasons.WrongPassword, account, context, ct);
    }

    private Task RecordAsync(string name, string? reason, Guid? account, AuditContext context, CancellationToken ct) =>
        audit.RecordAsync(new AuditEvent(name, reason, context, UserId: account), ct);

    [LoggerMessage(6001, LogLevel.Information, "Account {AccountId} signed in")]
    private partial void LogSignedIn(Guid accountId);

    [LoggerMessage(6002, LogLevel.Warning, "Sign-in to account {AccountId} refused: {Reason}")]
    private partial void LogSignInRefused(Guid? accountId, string reason);

    [LoggerMessage(6003, LogLevel.Information, "Account {AccountId} signed out")]
    private partial void LogSignedOut(Guid accountId);

    [LoggerMessage(6007, LogLevel.Information, "Account {AccountId} ended {Sessions} of its sessions")]
    private partial void LogSessionsEnded(Guid accountId, int sessions);

    [LoggerMessage(6008, LogLevel.Information,
        "Account {AccountId} ended all access: {Sessions} sessions and {Grants} refresh tokens")]
    private partial void LogAccessEnded(Guid accountId, int sessions, int grants);

    [LoggerMessage(6004, LogLevel.Information,
        "Account {AccountId} changed its password; all access of apps was withdrawn")]
    private partial void LogPasswordChanged(Guid accountId);

    [LoggerMessage(6011, LogLevel.Information,
        "Account {AccountId} removed its password; all access of apps was withdrawn")]
    private partial void LogPasswordRemoved(Guid accountId);

    [LoggerMessage(6009, LogLevel.Information, "Account {AccountId}: {Event} by a mailed link")]
    private partial void LogByLink(Guid accountId, string @event);

    [LoggerMessage(6010, LogLevel.Information, "Account {AccountId} was deleted by its person")]
    private partial void LogDeleted(Guid accountId);

    [LoggerMessage(6005, LogLevel.Warning,
        "Password change of account {AccountId} refused: the current password was wrong")]
    private partial void LogPasswordChangeRefused(Guid accountId);

    [LoggerMessage(6006, LogLevel.Warning,
        "Wrong passwords of strangers used up a budget ({Reason}), last for account {AccountId}; more of the same "
        + "are answered 429 until its window ends")]
    private partial void LogGuessesUsedUp(Guid? accountId, string reason);
}
