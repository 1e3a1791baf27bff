using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.External;

/// <summary>
/// Records what comes of sign-ins at other providers: an audit row, a log line, and a mail for what changes.
/// </summary>
internal sealed partial class ExternalJournal(
    AuditEvents audit, MailOutbox mails, ILogger<ExternalJournal> logger)
{
    /// <param name="account">Whose it is; null when that is not known.</param>
    /// <param name="provider">By name.</param>
    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    /// <param name="context">Where it came from.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task RefusedAsync(
        Guid? account, ExternalProvider provider, string reason, AuditContext context, CancellationToken ct)
    {
        LogRefused(account, provider.Name, reason);
        return RecordAsync(AuditEventNames.SignIn, reason, account, provider.Name, context, ct);
    }

    public async Task AddedAsync(Guid account, ExternalProvider provider, AuditContext context, CancellationToken ct)
    {
        LogChanged(account, AuditEventNames.LoginAdded, provider.Name);
        await TellAsync(MailKind.LoginAdded, account, provider.DisplayName, ct);
        await RecordAsync(AuditEventNames.LoginAdded, null, account, provider.Name, context, ct);
    }

    /// <param name="account">Whose it was.</param>
    /// <param name="provider">As people call it.</param>
    /// <param name="context">Where it came from.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task RemovedAsync(Guid account, string provider, AuditContext context, CancellationToken ct)
    {
        LogChanged(account, AuditEventNames.LoginRemoved, provider);
        await TellAsync(MailKind.LoginRemoved, account, provider, ct);
        await RecordAsync(AuditEventNames.LoginRemoved, null, account, provider, context, ct);
    }

    /// <summary>An account was made; another may have lost the address that it had not confirmed.</summary>
    public async Task MadeAsync(
        MadeAccount made, ExternalProvider provider, AuditContext context, CancellationToken ct)
    {
        LogChanged(made.Id, AuditEventNames.AccountRegistered, provider.Name);
        await RecordAsync(AuditEventNames.AccountRegistered, null, made.Id, provider.Name, context, ct);
        if (made.AddressTakenFrom is not { } before) return;
        LogChanged(before, AuditEventNames.AddressTaken, provider.Name);
        await RecordAsync(AuditEventNames.AddressTaken, null, before, provider.Name, context, ct);
    }

    private Task TellAsync(MailKind kind, Guid account, string provider, CancellationToken ct)
    {
        var parameters = new Dictionary<string, string> { ["provider"] = provider };
        return mails.QueueAsync(new MailRequest { Kind = kind, AccountId = account, Parameters = parameters }, ct);
    }

    private Task RecordAsync(
        string name, string? reason, Guid? account, string provider, AuditContext context, CancellationToken ct) =>
        audit.RecordAsync(new AuditEvent(name, reason, context, UserId: account) { Detail = provider }, ct);

    [LoggerMessage(6043, LogLevel.Warning, "Sign-in to account {AccountId} from {Provider} refused: {Reason}")]
    private partial void LogRefused(Guid? accountId, string provider, string reason);

    [LoggerMessage(6044, LogLevel.Information, "Account {AccountId}: {Event} ({Provider})")]
    private partial void LogChanged(Guid accountId, string @event, string provider);
}
