using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A moment of the database's clock.</summary>
internal sealed record DatabaseMoment(DateTimeOffset Now);

/// <summary>
/// The database's clock, by which rows begin and end: instances differ, and it is one for all of them.
/// </summary>
internal static class DatabaseClock
{
    /// <summary><c>now()</c> inside a query.</summary>
    public static DateTimeOffset Now() =>
        throw new InvalidOperationException("A part of queries: the database answers it.");

    /// <summary>The time of the transaction.</summary>
    public static async Task<DateTimeOffset> NowAsync(this OAuthDbContext db, CancellationToken ct) =>
        (await db.OnceAsync<DatabaseMoment>($"SELECT now() AS now", ct))!.Now;

    /// <summary>The time at this very moment, inside a transaction too.</summary>
    public static async Task<DateTimeOffset> ClockAsync(this OAuthDbContext db, CancellationToken ct) =>
        (await db.OnceAsync<DatabaseMoment>($"SELECT clock_timestamp() AS now", ct))!.Now;

    /// <summary>Makes <see cref="Now"/> known to queries.</summary>
    public static void MapClock(this ModelBuilder model) =>
        model.HasDbFunction(typeof(DatabaseClock).GetMethod(nameof(Now))!).HasName("now").IsBuiltIn();
}

/// <summary>Maps what the statement answers with.</summary>
internal sealed class DatabaseMomentRow : IEntityTypeConfiguration<DatabaseMoment>
{
    public void Configure(EntityTypeBuilder<DatabaseMoment> builder) => builder.HasNoKey().ToView(null);
}
