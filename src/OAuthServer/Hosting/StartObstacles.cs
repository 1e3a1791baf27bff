using System.Globalization;
using Npgsql;
using OAuthServer.Accounts;
using OAuthServer.Audit;
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

    private const string Restored =
        "it was restored from a backup, or a standby that was behind took over, and what was used or revoked since "
        + "would live again. With all instances stopped run OAuthServer restore end-sessions, or restore accept if "
        + "nothing of weight was lost.";

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
        if (await PreparedStatementProbe.LosesStatementsAsync(pool, ct))
            return $"{PreparedStatementProbe.Lost} {PreparedStatementProbe.Fix}";
        return await RestoredAsync(services.GetRequiredService<SealMark>(), ct);
    }

    // What cannot be asked now is asked by the next round of sealing.
    private static async Task<string?> RestoredAsync(SealMark mark, CancellationToken ct)
    {
        try
        {
            if (await mark.FindLostAsync(ct) is not { } lost) return null;
            var seal = string.Create(CultureInfo.InvariantCulture, $"{lost.Sequence} of {lost.SealedAt:u}");
            return $"The database does not have audit seal {seal} any more, which {mark.Place} names: {Restored}";
        }
        catch (Exception outage) when (DatabaseFailure.Is(outage))
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"Audit:MarkFile cannot be read: {unreadable.Message}";
        }
    }
}
