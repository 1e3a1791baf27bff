using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Passkeys;

/// <summary>What a page needs to ask the browser for a passkey.</summary>
/// <param name="Options">JSON for <c>navigator.credentials</c>.</param>
/// <param name="Ticket">The challenge, sealed; posted back with the answer.</param>
internal sealed record PasskeyAsk(string Options, string Ticket);

/// <summary>What the browser answered.</summary>
internal sealed record PasskeyAnswer(string Ticket, string Credential)
{
    /// <summary>Without the answer.</summary>
    public override string ToString() => "an answer of a passkey";
}

/// <summary>What came of a try to sign in with a passkey.</summary>
/// <param name="Account">Whose it is; null when it was refused.</param>
/// <param name="Reason">One of <see cref="Reasons"/>; null when it was taken.</param>
internal sealed record PasskeySignIn(Account? Account, string? Reason);

/// <summary>What came of adding a passkey.</summary>
/// <param name="IsAdded">False when it was refused.</param>
/// <param name="Codes">Recovery codes to show, once; null for whoever has some.</param>
internal sealed record AddedPasskeyOutcome(bool IsAdded, RecoveryCodeSet? Codes);

/// <summary>
/// Registers passkeys and signs people in with them. ASP.NET Core Identity makes the options and checks the answers;
/// that a challenge is used once, and the rows, are this server's.
/// </summary>
internal sealed class PasskeyService(
    IPasskeyHandler<Account> handler,
    PasskeyTickets tickets,
    Storage.Passkeys passkeys,
    Authenticators apps,
    FactorJournal journal,
    IOptions<SecondFactorOptions> options)
{
    private const int LongestName = 100;

    /// <summary>False where passkeys cannot be, or people may not add factors.</summary>
    public bool MayAdd => tickets.ArePossible && options.Value.Enrollment;

    /// <summary>
    /// For whoever it is: the browser offers the passkeys of this server. Null where there can be none.
    /// </summary>
    public async Task<PasskeyAsk?> AskToSignInAsync(HttpContext http)
    {
        if (!tickets.ArePossible) return null;
        var made = await handler.MakeRequestOptionsAsync(null, http);
        return new PasskeyAsk(made.RequestOptionsJson, tickets.Issue(http, made.AssertionState!, accountId: null));
    }

    /// <summary>For a new passkey of somebody who is signed in.</summary>
    public async Task<PasskeyAsk> AskToAddAsync(HttpContext http, SignedInAccount account)
    {
        var person = new PasskeyUserEntity
        {
            Id = account.Id.ToString(),
            Name = account.Name,
            DisplayName = account.Name,
        };
        var made = await handler.MakeCreationOptionsAsync(person, http);
        return new PasskeyAsk(made.CreationOptionsJson, tickets.Issue(http, made.AttestationState!, account.Id));
    }

    /// <summary>Whose passkey answered.</summary>
    public async Task<PasskeySignIn> SignInAsync(HttpContext http, PasskeyAnswer answer, CancellationToken ct)
    {
        if (await tickets.UseAsync(http, answer.Ticket, accountId: null, ct) is not { } state)
            return await RefuseAsync(http, null, Reasons.PasskeyUsedBefore, ct);
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = http,
            CredentialJson = answer.Credential,
            AssertionState = state,
        });
        ThrowOutage(result.Failure);
        if (!result.Succeeded) return await RefuseAsync(http, null, Reasons.PasskeyRefused, ct);
        if (result.User.DisabledAt is not null)
            return await RefuseAsync(http, result.User.Id, Reasons.AccountDisabled, ct);
        var passkey = result.Passkey;
        if (!await passkeys.TryUseAsync(passkey.CredentialId, passkey.SignCount, passkey.IsBackedUp, ct))
            return await RefuseAsync(http, result.User.Id, Reasons.PasskeyRefused, ct);
        await apps.ForgiveAsync(result.User.Id, ct);
        return new PasskeySignIn(result.User, null);
    }

    /// <summary>Adds the passkey that the browser made.</summary>
    public async Task<AddedPasskeyOutcome> AddAsync(
        HttpContext http, SignedInAccount account, PasskeyAnswer answer, string name, CancellationToken ct)
    {
        if (await tickets.UseAsync(http, answer.Ticket, account.Id, ct) is not { } state)
            return new AddedPasskeyOutcome(false, null);
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext
        {
            HttpContext = http,
            CredentialJson = answer.Credential,
            AttestationState = state,
        });
        ThrowOutage(result.Failure);
        if (!result.Succeeded) return new AddedPasskeyOutcome(false, null);
        var codes = RecoveryCodeSet.New(account.Id);
        var added = new NewPasskey
        {
            Passkey = RowOf(result.Passkey, account.Id, NameOf(name, http)),
            SecurityStamp = account.SecurityStamp,
            RecoveryCodes = codes.Hashes,
        };
        if (await passkeys.TryAddAsync(added, ct) is not { } row) return new AddedPasskeyOutcome(false, null);
        await journal.PasskeyChangedAsync(account.Id, AuditEventNames.FactorAdded, http.Audit(), ct);
        return new AddedPasskeyOutcome(true, row.RecoveryCodes > 0 ? codes : null);
    }

    // The handler takes whatever it meets for a wrong answer, also a database that is away.
    private static void ThrowOutage(PasskeyException? failure)
    {
        if (failure?.InnerException is NpgsqlException or InvalidOperationException { InnerException: NpgsqlException })
            throw failure.InnerException;
    }

    private async Task<PasskeySignIn> RefuseAsync(
        HttpContext http, Guid? accountId, string reason, CancellationToken ct)
    {
        await journal.PasskeyRefusedAsync(accountId, reason, http.Audit(), ct);
        return new PasskeySignIn(null, reason);
    }

    private static Passkey RowOf(UserPasskeyInfo passkey, Guid accountId, string name) => new()
    {
        CredentialId = passkey.CredentialId,
        AccountId = accountId,
        PublicKey = passkey.PublicKey,
        Name = name,
        SignCount = passkey.SignCount,
        Transports = passkey.Transports ?? [],
        BackupEligible = passkey.IsBackupEligible,
        BackedUp = passkey.IsBackedUp,
    };

    // A name that cannot be kept is no reason to lose the passkey.
    private static string NameOf(string typed, HttpContext http)
    {
        var name = string.Concat(typed.Where(c => !char.IsControl(c))).Trim();
        if (name.Length == 0) name = BrowserName.Of(http.Request.Headers.UserAgent) ?? "";
        return name.Length <= LongestName ? name : name[..LongestName];
    }
}
