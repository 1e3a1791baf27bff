using Npgsql;
using OAuthServer.Accounts;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Hosting;

/// <summary>What a server should not start with, though every setting by itself is right.</summary>
internal static class StartObstacles
{
    private const string WithoutUnicode =
        "This process cannot compose Unicode text, so that an address or a password typed on another keyboard would "
        + "be another one. Install ICU (libicu; in containers an image with it, such as aspnet:10.0-noble-chiseled-"
        + "extra), and take DOTNET_SYSTEM_GLOBALIZATION_INVARIANT out of the environment.";

    /// <summary>What the process itself lacks, looked at before anything is built; null for nothing.</summary>
    public static string? OfProcess => OpaqueString.CanCompose ? null : WithoutUnicode;

    /// <summary>The first one, for an operator; null when there is none.</summary>
    public static async Task<string?> FirstAsync(IServiceProvider services, CancellationToken ct)
    {
        var listen = new ListenAddresses(
            services.GetRequiredService<IConfiguration>(), services.GetRequiredService<IHostEnvironment>());
        if (TakenPort.Fault(listen) is { } taken) return taken;
        if (services.GetRequiredService<IKeySource>().StartFault is { } noKey) return noKey;
        var pool = services.GetRequiredService<NpgsqlDataSource>();
        return await PreparedStatementProbe.LosesStatementsAsync(pool, ct)
            ? $"{PreparedStatementProbe.Lost} {PreparedStatementProbe.Fix}"
            : null;
    }
}
