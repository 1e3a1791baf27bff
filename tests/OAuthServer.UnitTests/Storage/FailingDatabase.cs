using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>A database that cannot be had, and counts who asked for it.</summary>
internal sealed class FailingDatabase : IDbContextFactory<OAuthDbContext>
{
    private int _asked;

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What comes instead of a connection; as when the database is away, unless said otherwise.</summary>
    public Exception Failure { get; set; } = new NpgsqlException("the database is away");

    /// <summary>What happens meanwhile.</summary>
    public Action Meanwhile { get; set; } = () => { };

    public OAuthDbContext CreateDbContext()
    {
        Interlocked.Increment(ref _asked);
        Meanwhile();
        throw Failure;
    }
}
