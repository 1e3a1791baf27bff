using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// Identity's store of accounts. A name or address that somebody else took after both had looked is a refusal, as if it had
/// been seen.
/// </summary>
internal sealed class AccountStore(OAuthDbContext context, IdentityErrorDescriber describer)
    : UserOnlyStore<Account, OAuthDbContext, Guid>(context, describer)
{
    /// <inheritdoc/>
    public override Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken = default) =>
        WriteAsync(user, base.CreateAsync, cancellationToken);

    /// <inheritdoc/>
    public override Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default) =>
        WriteAsync(user, base.UpdateAsync, cancellationToken);

    /// <summary>The id in a text, or that of nobody.</summary>
    public override Guid ConvertIdFromString(string? id) => Guid.TryParse(id, out var known) ? known : Guid.Empty;

    private async Task<IdentityResult> WriteAsync(
        Account user, Func<Account, CancellationToken, Task<IdentityResult>> write, CancellationToken ct)
    {
        try
        {
            return await write(user, ct);
        }
        catch (DbUpdateException refused)
            when (refused.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken)
        {
            return IdentityResult.Failed(taken.ConstraintName == AccountTable.UniqueEmail
                ? ErrorDescriber.DuplicateEmail(user.Email ?? string.Empty)
                : ErrorDescriber.DuplicateUserName(user.UserName ?? string.Empty));
        }
    }
}
