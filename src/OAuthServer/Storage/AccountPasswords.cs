using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>What is to be known of an account before its password is set or removed.</summary>
/// <param name="HasPassword">False for whoever signs in by other means.</param>
/// <param name="HasAddress">False where there is nothing to type a password beside.</param>
/// <param name="WaysIn">In how many ways the person can sign in.</param>
internal sealed record PasswordStanding(bool HasPassword, bool HasAddress, int WaysIn)
{
    /// <summary>True when the person can sign in without the password too.</summary>
    public bool MayRemove => HasPassword && WaysIn > (HasAddress ? 1 : 0);
}

/// <summary>What is asked of the password of an account beside Identity's questions.</summary>
internal sealed class AccountPasswords(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <param name="accountId">Whose.</param>
    /// <param name="issuers">The other providers at which people can sign in.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Null when there is no such account.</returns>
    public async Task<PasswordStanding?> FindAsync(Guid accountId, string[] issuers, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<PasswordStanding>($"""
            SELECT password_hash IS NOT NULL AS has_password, email IS NOT NULL AS has_address,
                   account_ways_in(id, {issuers}) AS ways_in
            FROM accounts WHERE id = {accountId}
            """, ct);
    }

    /// <summary>
    /// Takes the password away in a transaction of the caller's: every session ends with the stamp, and so does every
    /// mailed link. False when there is none, or it is the last way to sign in.
    /// </summary>
    public static async Task<bool> TryRemoveAsync(
        OAuthDbContext db, Guid accountId, string[] issuers, CancellationToken ct)
    {
        // Of two at once the second sees what the first left.
        await AccountFactors.LockAsync(db, accountId, ct);
        var removed = await db.OnceAsync<LoginAccount>($"""
            UPDATE accounts
            SET password_hash = NULL, security_stamp = {Handle.New()}, concurrency_stamp = {Handle.New()}
            WHERE id = {accountId} AND disabled_at IS NULL AND password_hash IS NOT NULL
              AND account_ways_in({accountId}, {issuers}) > (email IS NOT NULL)::integer
            RETURNING id AS account_id
            """, ct);
        return db.IsAnswered(removed);
    }
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class PasswordStandingRow : IEntityTypeConfiguration<PasswordStanding>
{
    public void Configure(EntityTypeBuilder<PasswordStanding> builder)
    {
        builder.HasNoKey().ToView(null);
        builder.Ignore(standing => standing.MayRemove);
    }
}
