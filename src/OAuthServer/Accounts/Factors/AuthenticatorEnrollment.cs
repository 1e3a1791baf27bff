using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OtpNet;

namespace OAuthServer.Accounts.Factors;

/// <summary>An authenticator app that is being set up. It is in no table before its first code was right.</summary>
/// <param name="AccountId">Whose it will be.</param>
/// <param name="Id">Of this enrolment.</param>
/// <param name="Secret">In base32, as the person may type it.</param>
/// <param name="EndsAt">After this it is begun again.</param>
internal sealed record EnrollmentTicket(
    [property: JsonPropertyName("a")] Guid AccountId,
    [property: JsonPropertyName("i")] Guid Id,
    [property: JsonPropertyName("s")] string Secret,
    [property: JsonPropertyName("e")] DateTimeOffset EndsAt)
{
    /// <summary>Holds the secret.</summary>
    public override string ToString() => $"enrolment of {AccountId}";
}

/// <summary>What came of the first code.</summary>
internal abstract record EnrollmentOutcome
{
    /// <summary>The app is active.</summary>
    /// <param name="Codes">Recovery codes to show, once; null for whoever has some.</param>
    internal sealed record Added(RecoveryCodeSet? Codes) : EnrollmentOutcome;

    /// <param name="Reason">One of <see cref="Reasons"/>.</param>
    internal sealed record Wrong(string Reason) : EnrollmentOutcome;

    /// <summary>Nothing was changed: it was finished before, or the account is another than it was.</summary>
    internal sealed record Over : EnrollmentOutcome;
}

/// <summary>
/// Sets up an authenticator app: a secret of 160 bits that lives in the page alone, sealed, until a code of it was
/// right (RFC 6238).
/// </summary>
internal sealed class AuthenticatorEnrollment(
    Authenticators apps,
    AuthenticatorSecrets secrets,
    FactorJournal journal,
    ServerAddress address,
    IDataProtectionProvider protection,
    TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly SealedJson<EnrollmentTicket> _sealed = new(protection, "OAuthServer.Accounts.Enrollment.v1");

    public EnrollmentTicket Begin(Guid accountId) => new(
        accountId,
        Handle.NewId(),
        Base32Encoding.ToString(Handle.NewBytes(AuthenticatorSecrets.Size)),
        clock.GetUtcNow() + Lifetime);

    public string Seal(EnrollmentTicket ticket) => _sealed.Seal(ticket);

    /// <summary>What a page was given; null when it is not this account's, or too old.</summary>
    public EnrollmentTicket? Open(string text, Guid accountId) =>
        _sealed.Open(text) is { } ticket && ticket.AccountId == accountId && ticket.EndsAt > clock.GetUtcNow()
            ? ticket
            : null;

    /// <summary>What the app reads from the picture.</summary>
    public string UriOf(EnrollmentTicket ticket, string userName) =>
        new OtpUri(OtpType.Totp, ticket.Secret, userName, address.Host).ToString();

    /// <summary>Adds the app if the code is right.</summary>
    /// <param name="ticket">What the page was given.</param>
    /// <param name="typed">The first code.</param>
    /// <param name="visitor">Whose app it will be.</param>
    /// <param name="context">For the audit log.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<EnrollmentOutcome> FinishAsync(
        EnrollmentTicket ticket, string typed, Enrollee visitor, AuditContext context, CancellationToken ct)
    {
        if (TotpCode.Read(typed) is not { } code) return new EnrollmentOutcome.Wrong(Reasons.FactorMalformed);
        var secret = Base32Encoding.ToBytes(ticket.Secret);
        if (TotpCode.StepOf(secret, code, clock.GetUtcNow()) is not { } step)
            return new EnrollmentOutcome.Wrong(Reasons.FactorWrong);
        var codes = RecoveryCodeSet.New(ticket.AccountId);
        var wrapped = secrets.Wrap(secret, ticket.AccountId);
        var app = new NewAuthenticator
        {
            AccountId = ticket.AccountId,
            SecurityStamp = visitor.SecurityStamp,
            Id = ticket.Id,
            Secret = wrapped.Box,
            WrappedBy = wrapped.WrappedBy,
            Step = step,
            MayReplace = visitor.MayReplace,
            RecoveryCodes = codes.Hashes,
        };
        if (await apps.TryAddAsync(app, ct) is not { } added) return new EnrollmentOutcome.Over();
        await journal.ChangedAsync(ticket.AccountId, AuditEventNames.FactorAdded, "authenticator app", context, ct);
        return new EnrollmentOutcome.Added(added.RecoveryCodes > 0 ? codes : null);
    }
}

/// <summary>Who sets up an app.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="SecurityStamp">The stamp that it had when they proved who they are.</param>
/// <param name="MayReplace">False for whoever has typed a password alone.</param>
internal sealed record Enrollee(Guid AccountId, string SecurityStamp, bool MayReplace);
