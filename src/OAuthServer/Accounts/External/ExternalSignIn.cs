using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.External;

/// <summary>
/// Whose account somebody comes to who signed in at another provider: the one of issuer and subject; the first time the
/// one of the address, if that is proven on both sides; else a new one, where the operator wants that
/// (docs/decisions/043-an-account-is-issuer-and-subject.md).
/// </summary>
internal sealed class ExternalSignIn(AccountLogins logins, Storage.Accounts accounts, ExternalJournal journal)
{
    // Somebody is faster at most once: then the login is there.
    private const int MostTries = 3;

    /// <summary>The account; null when the person has none here.</summary>
    public async Task<Account?> FindAsync(
        ExternalProvider provider, UpstreamIdentity person, AuditContext context, CancellationToken ct)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await FindOnceAsync(provider, person, context, ct) is { } id) return await accounts.FindAsync(id, ct);
            if (!provider.Options.CreateAccounts) return null;
        }

        return null;
    }

    /// <summary>Links a provider to the account of whoever is signed in; false when it cannot be.</summary>
    public async Task<bool> LinkAsync(
        ExternalProvider provider, UpstreamIdentity person, SignedInAccount account, AuditContext context,
        CancellationToken ct)
    {
        if (!await logins.TryLinkAsync(person.Login, account.Id, account.SecurityStamp, ct)) return false;
        await journal.AddedAsync(account.Id, provider, context, ct);
        return true;
    }

    private async Task<Guid?> FindOnceAsync(
        ExternalProvider provider, UpstreamIdentity person, AuditContext context, CancellationToken ct)
    {
        if (await logins.UseAsync(person.Login, ct) is { } known) return known;
        if (person.Address is { } address && await logins.LinkByAddressAsync(person.Login, address, ct) is { } linked)
        {
            await journal.AddedAsync(linked, provider, context, ct);
            return linked;
        }

        if (!provider.Options.CreateAccounts) return null;
        if (await logins.CreateAsync(person.Login, person.Address, ct) is not { } made) return null;
        await journal.MadeAsync(made, provider, context, ct);
        return made.Id;
    }
}
