using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>What came of a form that asks for a mail.</summary>
internal enum AskOutcome
{
    /// <summary>Whether anything is sent, and what, is decided behind the answer.</summary>
    Queued,

    /// <summary>What was typed is no address.</summary>
    Unreadable,

    /// <summary>Too many mails wait.</summary>
    Full,
}

/// <summary>
/// Forms that ask for a mail. None of them looks at an account, so that the answer and its time are the same for all
/// addresses (docs/decisions/037-forms-that-tell-nothing.md).
/// </summary>
internal sealed class AskedMails(MailOutbox outbox, MailRules rules, ILookupNormalizer normalizer)
{
    /// <param name="kind">What is asked for.</param>
    /// <param name="typed">The address.</param>
    /// <param name="accountId">Of who is signed in; null for anybody.</param>
    /// <param name="language">Of the page.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<AskOutcome> AskAsync(
        MailKind kind, string typed, Guid? accountId, string language, CancellationToken ct)
    {
        if (TypedAddress.Read(typed, normalizer) is not { } address) return AskOutcome.Unreadable;
        var mail = new AskedMail
        {
            Kind = kind,
            AccountId = accountId,
            Address = address.Text,
            NormalizedAddress = address.Normalized,
            Language = language,
        };
        return await outbox.AskAsync(mail, rules.MostWaiting, ct) ? AskOutcome.Queued : AskOutcome.Full;
    }
}
