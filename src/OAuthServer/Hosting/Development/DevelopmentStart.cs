using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Hosting.Development;

/// <summary>
/// In Development the schema is brought up to date at start, demo data is there, and a banner says how to use it.
/// </summary>
internal static class DevelopmentStart
{
    /// <summary>Null when the host can start, else what stands in the way.</summary>
    /// <param name="psql">Opens the private database; null when there is none.</param>
    public static async Task<string?> PrepareAsync(WebApplication app, string? psql)
    {
        if (!app.Environment.IsDevelopment()) return null;
        var address = app.Services.GetRequiredService<ServerAddress>();
        try
        {
            var migrated = await app.Services.GetRequiredService<Migrator>().RunAsync();
            if (!migrated.Ok) return $"{migrated.FailedScript} failed: {migrated.Cause}";
            // Everybody knows the demo's password and secret; a database that others reach is not given them.
            if (IsThisMachine(address)) await ActivatorUtilities.CreateInstance<DemoSeed>(app.Services).AddAsync();
        }
        catch (NpgsqlException outage)
        {
            return DatabasePlace.Fault(DatabasePlace.Of(Connection(app)), outage);
        }

        app.Lifetime.ApplicationStarted.Register(
            () => Console.WriteLine(
                DevelopmentBanner.Of(address, [.. app.Urls], psql ?? DatabasePlace.Psql(Connection(app)))));
        return null;
    }

    private static string Connection(WebApplication app) =>
        app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString;

    private static bool IsThisMachine(ServerAddress address) =>
        new Uri(address.Issuer) is { IsLoopback: true, Scheme: "http" };
}
