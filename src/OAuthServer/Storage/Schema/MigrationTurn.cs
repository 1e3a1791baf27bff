using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// The turn of the one who migrates: a lock of its own session, apart from the scripts' transactions. Should the
/// process die, the session ends and with it the lock.
/// </summary>
internal sealed class MigrationTurn : IAsyncDisposable
{
    private readonly OAuthDbContext _db;

    private MigrationTurn(OAuthDbContext db, bool waited) => (_db, Waited) = (db, waited);

    /// <summary>Whether somebody else had the turn first.</summary>
    public bool Waited { get; }

    /// <summary>Asks again and again until it is our turn.</summary>
    /// <param name="db">Its connection is held open until the turn ends; disposed with the turn.</param>
    /// <param name="interval">The time between two questions.</param>
    /// <param name="waits">Called once when somebody else has the turn.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<MigrationTurn> TakeAsync(
        OAuthDbContext db, TimeSpan interval, Action waits, CancellationToken ct)
    {
        try
        {
            await db.Database.OpenConnectionAsync(ct);
            var waited = false;
            while (!await db.TryLockSessionAsync(AdvisoryLock.Migrating, ct))
            {
                if (!waited) waits();
                waited = true;
                await Task.Delay(interval, TimeProvider.System, ct);
            }

            return new MigrationTurn(db, waited);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await using (_db) await _db.UnlockSessionAsync(AdvisoryLock.Migrating, CancellationToken.None);
    }
}
