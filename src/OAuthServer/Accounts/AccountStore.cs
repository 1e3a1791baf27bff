using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Identity's own store. A name or address that somebody else took in the same moment is a refusal here, where
/// Identity's throws; and an account whose change was refused becomes what its row is.
/// </summary>
internal sealed class AccountStore(OAuthDbContext db, IdentityErrorDescriber errors, Storage.Passkeys passkeys)
    : UserOnlyStore<Account, OAuthDbContext, Guid>(db, errors)
{
    public override Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken = default) =>
        WriteAsync(user, () => base.CreateAsync(user, cancellationToken), cancellationToken);

    public override Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default) =>
        WriteAsync(user, () => base.UpdateAsync(user, cancellationToken), cancellationToken);

    /// <summary>The id that nobody has for what is none.</summary>
    public override Guid ConvertIdFromString(string? id) => Guid.TryParse(id, out var known) ? known : Guid.Empty;

    public override async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(
        Account user, CancellationToken cancellationToken) =>
        [.. (await passkeys.ListAsync(user.Id, cancellationToken)).Select(Info)];

    public override async Task<Account?> FindByPasskeyIdAsync(
        byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.FindAsync(credentialId, cancellationToken) is { } passkey
            ? await FindByIdAsync(passkey.AccountId.ToString(), cancellationToken)
            : null;

    public override async Task<UserPasskeyInfo?> FindPasskeyAsync(
        Account user, byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.FindAsync(credentialId, cancellationToken) is { } passkey && passkey.AccountId == user.Id
            ? Info(passkey)
            : null;

    private static UserPasskeyInfo Info(Passkey passkey) => new(
        passkey.CredentialId,
        passkey.PublicKey,
        passkey.AddedAt,
        (uint)passkey.SignCount,
        passkey.Transports,
        isUserVerified: true,
        passkey.BackupEligible,
        passkey.BackedUp,
        attestationObject: [],
        clientDataJson: [])
    {
        Name = passkey.Name,
    };

    private async Task<IdentityResult> WriteAsync(Account user, Func<Task<IdentityResult>> write, CancellationToken ct)
    {
        var result = await TryAsync(user, write);
        var entry = Context.Entry(user);
        if (result.Succeeded) return result;
        if (entry.State == EntityState.Added) entry.State = EntityState.Detached;
        else await entry.ReloadAsync(ct);
        return result;
    }

    private async Task<IdentityResult> TryAsync(Account user, Func<Task<IdentityResult>> write)
    {
        try
        {
            return await write();
        }
        catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return IdentityResult.Failed(taken.ConstraintName == AccountTable.EmailIndex
                ? ErrorDescriber.DuplicateEmail(user.Email!)
                : ErrorDescriber.DuplicateUserName(user.UserName!));
        }
    }
}
