using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_logins</c>: who somebody is at another identity provider.</summary>
internal sealed record AccountLogin
{
    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    public Guid AccountId { get; init; }

    /// <summary>What the person is called there; to be shown.</summary>
    public string? Name { get; init; }

    public DateTimeOffset LinkedAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>Somebody as another provider vouches for them.</summary>
/// <param name="Issuer">The provider.</param>
/// <param name="Subject">The person there, for good.</param>
/// <param name="Name">What they are called there; null for nothing.</param>
internal sealed record LoginKey(string Issuer, string Subject, string? Name)
{
    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => $"somebody at {Issuer}";
}

/// <summary>The address that a provider says it has verified.</summary>
internal sealed record ProvenAddress(string Text, string Normalized)
{
    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => "an address";
}

/// <summary>The account that a statement came to.</summary>
internal sealed record LoginAccount(Guid AccountId);

/// <summary>An account that was made, and the one that lost its address to it.</summary>
internal sealed record MadeAccount(Guid Id, Guid? AddressTakenFrom);

/// <summary>
/// Table <c>account_logins</c>. An account is found by issuer and subject; an address leads to one only once, to link
/// it, and only where both sides have proven it (docs/decisions/043-an-account-is-issuer-and-subject.md).
/// </summary>
internal sealed class AccountLogins(IDbContextFactory<OAuthDbContext> contexts)
{
    public async Task<IReadOnlyList<AccountLogin>> ListAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Logins.Where(login => login.AccountId == accountId)
            .OrderBy(login => login.LinkedAt).ToListAsync(ct);
    }

    /// <summary>Whose login it is, which is noted as used; null for nobody's.</summary>
    public async Task<Guid?> UseAsync(LoginKey login, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var used = await db.OnceAsync<LoginAccount>($"""
            UPDATE account_logins SET used_at = now(), name = coalesce({OrNull.Text(login.Name)}, name)
            WHERE issuer = {login.Issuer} AND subject = {login.Subject}
            RETURNING account_id
            """, ct);
        return used?.AccountId;
    }

    /// <summary>
    /// Links a login to the account of an address that is confirmed here too. Null, with nothing changed, when there is
    /// none, it has a login of this provider already, or somebody was faster.
    /// </summary>
    public async Task<Guid?> LinkByAddressAsync(LoginKey login, ProvenAddress address, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var linked = await db.OnceAsync<LoginAccount>($"""
            INSERT INTO account_logins (issuer, subject, account_id, name, used_at)
            SELECT {login.Issuer}, {login.Subject}, owner.id, {OrNull.Text(login.Name)}, now()
            FROM (SELECT id FROM accounts
                  WHERE normalized_email = {address.Normalized} AND email_confirmed
                  FOR SHARE) AS owner
            ON CONFLICT DO NOTHING
            RETURNING account_id
            """, ct);
        return linked?.AccountId;
    }

    /// <summary>
    /// Links a login to the account of whoever is signed in. False, with nothing changed, when the account has changed
    /// since, has one of this provider already, or the login is somebody's.
    /// </summary>
    public async Task<bool> TryLinkAsync(LoginKey login, Guid accountId, string securityStamp, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var linked = await db.OnceAsync<LoginAccount>($"""
            INSERT INTO account_logins (issuer, subject, account_id, name)
            SELECT {login.Issuer}, {login.Subject}, owner.id, {OrNull.Text(login.Name)}
            FROM (SELECT id FROM accounts
                  WHERE id = {accountId} AND disabled_at IS NULL AND security_stamp = {securityStamp}
                  FOR SHARE) AS owner
            ON CONFLICT DO NOTHING
            RETURNING account_id
            """, ct);
        return db.IsAnswered(linked);
    }

    /// <summary>
    /// Makes an account for a login. It gets the address unless somebody has confirmed that here; whoever only claimed
    /// it loses it. Null, with nothing changed, when somebody was faster.
    /// </summary>
    public async Task<MadeAccount?> CreateAsync(LoginKey login, ProvenAddress? address, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = address is null ? null : await TakeAddressAsync(db, address, ct);
        var id = Handle.NewId();
        var made = await db.OnceAsync<LoginAccount>($"""
            WITH asked AS (
                SELECT {id} AS id, {OrNull.Text(address?.Text)} AS email,
                       {OrNull.Text(address?.Normalized)} AS normalized_email
            ), given AS (
                SELECT asked.id, free.is_free, asked.email, asked.normalized_email
                FROM asked, LATERAL (
                    SELECT asked.email IS NOT NULL AND NOT EXISTS (
                        SELECT FROM accounts AS a WHERE a.normalized_email = asked.normalized_email) AS is_free) AS free
            ), made AS (
                INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed)
                SELECT id, CASE WHEN is_free THEN email ELSE id::text END,
                       CASE WHEN is_free THEN normalized_email ELSE upper(id::text) END,
                       CASE WHEN is_free THEN email END, CASE WHEN is_free THEN normalized_email END, is_free
                FROM given
                ON CONFLICT DO NOTHING
                RETURNING id
            )
            INSERT INTO account_logins (issuer, subject, account_id, name, used_at)
            SELECT {login.Issuer}, {login.Subject}, id, {OrNull.Text(login.Name)}, now() FROM made
            ON CONFLICT DO NOTHING
            RETURNING account_id
            """, ct);
        if (made is null) return null;
        await transaction.CommitAsync(ct);
        return new MadeAccount(id, before?.AccountId);
    }

    /// <summary>
    /// Takes a login away. False when it is not there, or the last way to sign in; one of a provider that is not asked
    /// any more is no way in.
    /// </summary>
    /// <param name="accountId">Whose it is.</param>
    /// <param name="issuer">Of which provider.</param>
    /// <param name="issuers">The providers that are asked.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<bool> TryRemoveAsync(Guid accountId, string issuer, string[] issuers, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AccountFactors.LockAsync(db, accountId, ct);
        var removed = await db.OnceAsync<LoginAccount>($"""
            DELETE FROM account_logins
            WHERE account_id = {accountId} AND issuer = {issuer}
              AND account_ways_in({accountId}, {issuers}) > (issuer = ANY ({issuers}))::integer
            RETURNING account_id
            """, ct);
        await transaction.CommitAsync(ct);
        return db.IsAnswered(removed);
    }

    // Whoever had the address here never showed that it is theirs.
    private static Task<LoginAccount?> TakeAddressAsync(
        OAuthDbContext db, ProvenAddress address, CancellationToken ct) =>
        db.OnceAsync<LoginAccount>($"""
            UPDATE accounts
            SET email = NULL, normalized_email = NULL, user_name = id::text, normalized_user_name = upper(id::text),
                concurrency_stamp = gen_random_uuid()
            WHERE normalized_email = {address.Normalized} AND NOT email_confirmed
            RETURNING id AS account_id
            """, ct);
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class AccountLoginTable : IEntityTypeConfiguration<AccountLogin>, IEntityTypeConfiguration<LoginAccount>
{
    public void Configure(EntityTypeBuilder<AccountLogin> builder)
    {
        builder.ToTable("account_logins").HasKey(login => new { login.Issuer, login.Subject });
        builder.HasOne<Account>().WithMany().HasForeignKey(login => login.AccountId);
        builder.HasIndex(login => new { login.AccountId, login.Issuer }).IsUnique()
            .HasDatabaseName("account_has_one_login_at_a_provider");
    }

    public void Configure(EntityTypeBuilder<LoginAccount> builder) => builder.HasNoKey().ToView(null);
}
