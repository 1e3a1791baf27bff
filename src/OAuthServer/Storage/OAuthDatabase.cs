using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// The contexts over a pool of connections of its own, for a command. A server has them from its services.
/// </summary>
internal sealed class OAuthDatabase : IDbContextFactory<OAuthDbContext>, IAsyncDisposable
{
    private readonly NpgsqlDataSource _connections;
    private readonly PooledDbContextFactory<OAuthDbContext> _contexts;

    private OAuthDatabase(NpgsqlDataSource connections)
    {
        _connections = connections;
        var options = new DbContextOptionsBuilder<OAuthDbContext>();
        Configure(options, connections, new StatementsUnderWay());
        _contexts = new(options.Options);
    }

    /// <summary>Makes ready to use the database; the first context connects.</summary>
    /// <param name="connectionString">Where it is.</param>
    /// <param name="password">Null when it stands in the connection string.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static OAuthDatabase Open(string connectionString, IDatabasePassword? password = null) =>
        new(RotatedPassword.DataSource(connectionString, password));

    /// <summary>How this server uses Entity Framework, wherever its contexts come from.</summary>
    public static void Configure(
        DbContextOptionsBuilder options, NpgsqlDataSource connections, StatementsUnderWay underWay)
    {
        var sessions = new SessionWatch(connections, TimeProvider.System);
        options
            .UseNpgsql(connections, npgsql => npgsql.ExecutionStrategy(db => new OneMoreTry(db, sessions, underWay)))
            .AddInterceptors(sessions)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .EnableThreadSafetyChecks(false)
            // Whoever handles a failure logs it, once.
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug)));
    }

    /// <inheritdoc/>
    public OAuthDbContext CreateDbContext() => _contexts.CreateDbContext();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
