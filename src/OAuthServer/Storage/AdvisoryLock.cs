using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>
/// What only one may do at a time in one database; the numbers say nothing, and nothing else uses them.
/// </summary>
internal enum AdvisoryLock : long
{
    /// <summary>Sealing audit rows ("oauthsea").</summary>
    Sealing = 0x6F61_7574_6873_6561,

    /// <summary>Changing clients by commands ("oauthcli").</summary>
    ClientEditing = 0x6F61_7574_6863_6C69,

    /// <summary>Deciding about mails that forms asked for ("oauthmai").</summary>
    SortingMail = 0x6F61_7574_686D_6169,

    /// <summary>Migrating ("oauthsrv").</summary>
    Migrating = 0x6F61_7574_6873_7276,
}

/// <summary>Whether a lock was taken.</summary>
internal sealed record LockAnswer(bool Taken);

/// <summary>PostgreSQL's advisory locks.</summary>
internal static class AdvisoryLocks
{
    /// <summary>Takes the lock until the transaction's end, if nobody has it.</summary>
    public static async Task<bool> TryLockAsync(this OAuthDbContext db, AdvisoryLock which, CancellationToken ct) =>
        (await db.OnceAsync<LockAnswer>($"SELECT pg_try_advisory_xact_lock({(long)which}) AS taken", ct))!.Taken;

    /// <summary>Waits for the lock, and holds it until the transaction's end.</summary>
    public static Task LockAsync(this OAuthDbContext db, AdvisoryLock which, CancellationToken ct) =>
        db.RunAsync($"SELECT pg_advisory_xact_lock({(long)which})", ct);

    /// <summary>
    /// Takes the lock until the connection's end or <see cref="UnlockSessionAsync"/>, if nobody has it.
    /// </summary>
    public static async Task<bool> TryLockSessionAsync(
        this OAuthDbContext db, AdvisoryLock which, CancellationToken ct) =>
        (await db.OnceAsync<LockAnswer>($"SELECT pg_try_advisory_lock({(long)which}) AS taken", ct))!.Taken;

    /// <summary>Gives a lock of the session back.</summary>
    public static Task UnlockSessionAsync(this OAuthDbContext db, AdvisoryLock which, CancellationToken ct) =>
        db.RunAsync($"SELECT pg_advisory_unlock({(long)which})", ct);
}

/// <summary>Maps what the statements answer with.</summary>
internal sealed class LockAnswerRow : IEntityTypeConfiguration<LockAnswer>
{
    public void Configure(EntityTypeBuilder<LockAnswer> builder) => builder.HasNoKey().ToView(null);
}
