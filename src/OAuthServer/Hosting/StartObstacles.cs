using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Hosting;

/// <summary>What a server should not start with, though every setting by itself is right.</summary>
internal static class StartObstacles
{
    /// <summary>The first one, for an operator; null when there is none.</summary>
    public static async Task<string?> FirstAsync(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<IKeySource>().StartFault is { } noKey) return noKey;
        var pool = services.GetRequiredService<NpgsqlDataSource>();
        return await PreparedStatementProbe.LosesStatementsAsync(pool, ct)
            ? $"{PreparedStatementProbe.Lost} {PreparedStatementProbe.Fix}"
            : null;
    }
}
