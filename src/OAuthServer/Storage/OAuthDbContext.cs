using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage;

/// <summary>
/// The EF Core model: accounts, clients, consents and Data Protection keys. Codes, tokens and audit rows are written by
/// single statements (see <see cref="AuthorizationCodes"/>, <see cref="RefreshTokens"/>) and are not tracked.
/// </summary>
internal sealed class OAuthDbContext(DbContextOptions<OAuthDbContext> options)
    : IdentityUserContext<Account, Guid>(options), IDataProtectionKeyContext
{
    public DbSet<ClientRow> Clients => Set<ClientRow>();

    public DbSet<ConsentRow> Consents => Set<ConsentRow>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.MapAccounts();
        builder.MapClients();
        builder.MapConsents();
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
    }
}
