using System.Globalization;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>Records what becomes of second factors: an audit row, a log line, and a mail for what changes.</summary>
internal sealed partial class FactorJournal(
    AuditEvents audit, MailOutbox mails, ILogger<FactorJournal> logger)
{
    private const string Passkey = "passkey";

    /// <summary>The password was right, and is not enough.</summary>
    public Task AskedAsync(Guid account, AuditContext context, CancellationToken ct)
    {
        LogAsked(account);
        return RecordAsync(AuditEventNames.SecondFactorAsked, null, account, null, context, ct);
    }

    public Task RefusedAsync(Guid account, string reason, AuditContext context, CancellationToken ct)
    {
        LogRefused(account, reason);
        return RecordAsync(AuditEventNames.SignIn, reason, account, null, context, ct);
    }

    public Task GuessesUsedUpAsync(Guid account, int wrongCodes, AuditContext context, CancellationToken ct)
    {
        LogGuessesUsedUp(account, wrongCodes);
        var detail = string.Create(CultureInfo.InvariantCulture, $"wrong codes in a row: {wrongCodes}");
        return RecordAsync(
            AuditEventNames.BudgetUsedUp, Reasons.FactorGuessesExhausted, account, detail, context, ct);
    }

    public async Task RecoveryCodeUsedAsync(Guid account, int left, AuditContext context, CancellationToken ct)
    {
        LogRecoveryCodeUsed(account, left);
        var many = left.ToString(CultureInfo.InvariantCulture);
        var parameters = new Dictionary<string, string> { ["left"] = many };
        await mails.QueueAsync(
            new MailRequest { Kind = MailKind.RecoveryCodeUsed, AccountId = account, Parameters = parameters }, ct);
        var detail = $"recovery codes left: {many}";
        await RecordAsync(AuditEventNames.RecoveryCodeUsed, null, account, detail, context, ct);
    }

    /// <param name="account">Whose factors changed.</param>
    /// <param name="name">What happened; one of <see cref="AuditEventNames"/>.</param>
    /// <param name="factor">Which factor, in a word.</param>
    public async Task ChangedAsync(
        Guid account, string name, string factor, AuditContext context, CancellationToken ct)
    {
        LogChanged(account, name, factor);
        var kind = name == AuditEventNames.FactorAdded ? MailKind.FactorAdded : MailKind.FactorRemoved;
        await mails.QueueAsync(new MailRequest { Kind = kind, AccountId = account }, ct);
        await RecordAsync(name, null, account, factor, context, ct);
    }

    /// <summary>A passkey was added or removed.</summary>
    public async Task PasskeyChangedAsync(Guid account, string name, AuditContext context, CancellationToken ct)
    {
        LogChanged(account, name, Passkey);
        var kind = name == AuditEventNames.FactorAdded ? MailKind.PasskeyAdded : MailKind.PasskeyRemoved;
        await mails.QueueAsync(new MailRequest { Kind = kind, AccountId = account }, ct);
        await RecordAsync(name, null, account, Passkey, context, ct);
    }

    /// <summary>A passkey did not sign anybody in; whose it is may not be known.</summary>
    public Task PasskeyRefusedAsync(Guid? account, string reason, AuditContext context, CancellationToken ct)
    {
        LogRefused(account, reason);
        return RecordAsync(AuditEventNames.SignIn, reason, account, Passkey, context, ct);
    }

    private Task RecordAsync(
        string name,
        string? reason,
        Guid? account,
        string? detail,
        AuditContext context,
        CancellationToken ct) =>
        audit.RecordAsync(new AuditEvent(name, reason, context, UserId: account) { Detail = detail }, ct);

    [LoggerMessage(
        6021, LogLevel.Information, "Account {AccountId} typed its password; its second factor is asked for")]
    private partial void LogAsked(Guid accountId);

    [LoggerMessage(6022, LogLevel.Warning, "Second factor of account {AccountId} refused: {Reason}")]
    private partial void LogRefused(Guid? accountId, string reason);

    [LoggerMessage(6023, LogLevel.Warning,
        "Somebody who knows the password of account {AccountId} guesses its codes: {WrongCodes} wrong ones in a row; "
        + "further ones have to wait")]
    private partial void LogGuessesUsedUp(Guid accountId, int wrongCodes);

    [LoggerMessage(6024, LogLevel.Warning, "Account {AccountId} used a recovery code; {Left} are left")]
    private partial void LogRecoveryCodeUsed(Guid accountId, int left);

    [LoggerMessage(6025, LogLevel.Information, "Second factors of account {AccountId} changed: {Event} ({Factor})")]
    private partial void LogChanged(Guid accountId, string @event, string factor);
}
