using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Storage;

/// <summary>
/// The database: every table as an entity, and the rows that its statements answer with. The schema itself is the SQL
/// of <c>migrations/</c>; a test compares the two. Nothing is tracked unless a query asks for it.
/// </summary>
internal sealed class OAuthDbContext(DbContextOptions<OAuthDbContext> options)
    : DbContext(options), IDataProtectionKeyContext
{
    private Task? _left;

    /// <summary>The last statement ran a second time; set by <see cref="OneMoreTry"/>.</summary>
    public bool TriedAgain { get; set; }

    /// <summary>What kind of statement failed last; set by <see cref="SessionWatch"/>.</summary>
    public CommandSource? Failed { get; set; }

    public DbSet<ClientRow> Clients => Set<ClientRow>();

    public DbSet<ClientLogo> ClientLogos => Set<ClientLogo>();

    public DbSet<ResourceRow> Resources => Set<ResourceRow>();

    public DbSet<AuthorizationCode> AuthorizationCodes => Set<AuthorizationCode>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<RevokedToken> RevokedTokens => Set<RevokedToken>();

    public DbSet<PushedRequest> PushedRequests => Set<PushedRequest>();

    public DbSet<UsedJwt> UsedJwts => Set<UsedJwt>();

    public DbSet<Consent> Consents => Set<Consent>();

    public DbSet<ClientSecretUse> ClientSecretUses => Set<ClientSecretUse>();

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<OperatorRow> Operators => Set<OperatorRow>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SessionClient> SessionClients => Set<SessionClient>();

    public DbSet<LogoutNotice> LogoutNotices => Set<LogoutNotice>();

    public DbSet<Authenticator> Authenticators => Set<Authenticator>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<AccountLogin> Logins => Set<AccountLogin>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<OutboxMail> Mails => Set<OutboxMail>();

    public DbSet<AccountToken> AccountTokens => Set<AccountToken>();

    public DbSet<AccountProfile> Profiles => Set<AccountProfile>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<AuditRow> AuditEvents => Set<AuditRow>();

    public DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();

    public DbSet<AppliedScript> AppliedScripts => Set<AppliedScript>();

    /// <summary>
    /// Writes what was changed. A failure of PostgreSQL is thrown as every query throws it, not wrapped.
    /// </summary>
    /// <exception cref="NpgsqlException">The database is away, or refuses a row.</exception>
    /// <exception cref="DbUpdateConcurrencyException">A row is not as it was read.</exception>
    public override async Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        catch (DbUpdateException failure) when (failure.InnerException is NpgsqlException cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    /// <summary>
    /// Whoever asked goes on without the answer of this statement. Until it has ended the context is in use, so it is
    /// not given back to the pool of contexts; its connection is, afterwards.
    /// </summary>
    public void Leave(Task statement)
    {
        _left = statement;
        _ = CloseAfterAsync(statement);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_left is null) base.Dispose();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _left is null ? base.DisposeAsync() : ValueTask.CompletedTask;

    private async Task CloseAfterAsync(Task statement)
    {
        await statement.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Database.CloseConnectionAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.MapClock();
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(OAuthDbContext).Assembly);
        modelBuilder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
            NameColumn(property);
    }

    // RefreshToken.ExpiresAt is the column expires_at, unless the mapping of the table says otherwise.
    private static void NameColumn(IMutableProperty property)
    {
        if (property.FindAnnotation(RelationalAnnotationNames.ColumnName) is null)
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
