using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>
/// What an operator writes of a person (table <c>account_profiles</c>), column by column, with its audit row. That
/// names the columns and never what stands in them.
/// </summary>
internal sealed class ProfileEditing(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The columns that can be written, and whether each is a text; another one is true or false.</summary>
    public async Task<FrozenDictionary<string, bool>> ColumnsAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return Written(db).ToFrozenDictionary(
            property => property.GetColumnName(),
            property => property.ClrType == typeof(string),
            StringComparer.Ordinal);
    }

    /// <summary>Every claim of a person that an app could learn, as a JSON object.</summary>
    public async Task<string> ReadAsync(Guid accountId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var person = await db.OnceAsync<KnownPerson>($"SELECT account_claims({accountId})::text AS claims", ct);
        return person!.Claims;
    }

    /// <summary>Writes these columns and leaves the others; null clears one.</summary>
    /// <param name="accountId">Whose they are.</param>
    /// <param name="values">By column: a text, or a bool.</param>
    /// <param name="audit">For the audit log.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The constraint that refused them, whose name says what is wrong; null when they are written.</returns>
    public async Task<string?> TryWriteAsync(
        Guid accountId, IReadOnlyDictionary<string, object?> values, AuditContext audit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Of two who write the first row of one person at once, one waits and finds it.
        await db.RunAsync($"SELECT FROM accounts WHERE id = {accountId} FOR NO KEY UPDATE", ct);
        var known = await db.Profiles.AsTracking().SingleOrDefaultAsync(row => row.AccountId == accountId, ct);
        Set(db, db.Entry(known ?? db.Profiles.Add(new AccountProfile { AccountId = accountId }).Entity), values);
        var changed = new AuditEvent(AuditEventNames.ProfileChanged, null, audit, UserId: accountId)
        {
            Detail = string.Join(' ', values.Keys.Order(StringComparer.Ordinal)),
        };
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.CheckViolation)
        {
            return refused.ConstraintName;
        }

        await AuditEvents.CommitWithAsync(db, changed, ct);
        return null;
    }

    /// <summary>Sets these columns of a row that is tracked.</summary>
    public static void Set(
        OAuthDbContext db, EntityEntry<AccountProfile> entry, IReadOnlyDictionary<string, object?> values)
    {
        foreach (var property in Written(db).Where(property => values.ContainsKey(property.GetColumnName())))
            entry.Property(property.Name).CurrentValue = values[property.GetColumnName()] ?? property.Sentinel;
    }

    private static IEnumerable<IProperty> Written(OAuthDbContext db) =>
        db.Model.FindEntityType(typeof(AccountProfile))!.GetProperties()
            .Where(property => !property.IsPrimaryKey() && property.ValueGenerated == ValueGenerated.Never);
}
