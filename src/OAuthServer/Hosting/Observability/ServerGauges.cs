using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Keys;
using OAuthServer.RateLimits;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Figures that are read when somebody asks for them: from memory alone, so that a scrape costs the database nothing.
/// </summary>
internal static class ServerGauges
{
    /// <summary>Adds the gauges to the meter of the host.</summary>
    public static void AddGauges(this IServiceProvider services)
    {
        var meter = services.GetRequiredService<IMeterFactory>().Create(ServerTelemetry.Name);
        AddKeys(meter, services.GetRequiredService<KeyRing>(), services.GetRequiredService<IOptions<SigningKeyOptions>>().Value, services.GetRequiredService<TimeProvider>());
        AddCaches(meter, services.GetRequiredService<ClientDirectory>(), services.GetRequiredService<ClientSecretVerifier>());
        AddBudgets(meter, services.GetRequiredService<AddressBudgets>(), services.GetRequiredService<SecretGuesses>(), services.GetRequiredService<PasswordGuesses>());
        AddSweeps(meter, services.GetRequiredService<SweepTotals>());
        var work = services.GetRequiredService<HashWork>();
        meter.CreateObservableGauge("oauth.server.hash_work.waiting", () => work.Waiting, "{check}", "Passwords and secrets that wait for a turn to be hashed.");
    }

    private static void AddKeys(Meter meter, KeyRing ring, SigningKeyOptions options, TimeProvider clock)
    {
        meter.CreateObservableGauge("oauth.server.key.age", () => Measurements(AgeOfSigning()?.TotalSeconds), "s", "Time since the key that signs was made.");
        meter.CreateObservableGauge(
            "oauth.server.key.rotation.due", () => Measurements((options.RotateEvery - AgeOfSigning())?.TotalDays), "d", "Days until the key that signs is older than SigningKeys:RotateEvery; below 0 it is overdue.");
        meter.CreateObservableGauge("oauth.server.key.published", () => Stages().Select(stage => new Measurement<int>(stage.Keys, Tag("oauth.key.stage", stage.Name))), "{key}", "Keys in the JWK Set, by stage.");
        meter.CreateObservableGauge("oauth.server.key.store.failing", () => ring.Fault is null ? 0 : 1, "{fault}", "1 while the last attempt to read the key store has failed.");

        TimeSpan? AgeOfSigning() => clock.GetUtcNow() - ring.Current?.Published.First(key => key.Stage == KeyStage.Current).CreatedAt;
        IEnumerable<(string Name, int Keys)> Stages() => Enum.GetValues<KeyStage>().Select(stage => (Name(stage), ring.Current?.Published.Count(key => key.Stage == stage) ?? 0));
    }

    private static void AddCaches(Meter meter, ClientDirectory clients, ClientSecretVerifier secrets) => meter.CreateObservableGauge<long>(
        "oauth.server.cache.entries",
        () => [Entries("clients", clients.Count), Entries("client_secrets", secrets.Remembered)],
        "{entry}", "Entries of the caches in memory, by cache.");

    private static void AddBudgets(Meter meter, AddressBudgets addresses, SecretGuesses secrets, PasswordGuesses passwords) => meter.CreateObservableGauge(
        "oauth.server.budget.keys",
        () => addresses.Sizes.Concat(secrets.Sizes).Concat(passwords.Sizes).Select(table => new Measurement<int>(table.Value, Tag("oauth.budget", table.Key))),
        "{key}", "Addresses, clients or accounts that a budget counts for, by budget; full at 50,000.");

    private static void AddSweeps(Meter meter, SweepTotals totals)
    {
        meter.CreateObservableGauge(
            "oauth.server.sweep.waiting", () => totals.Tables.Select(table => new Measurement<int>(table.Value.Waiting, Tag("oauth.table", table.Key))),
            "{row}", "Rows that may leave, by table: counted to 100,000 when a run begins, less what has left since.");
        meter.CreateObservableCounter(
            "oauth.server.sweep.removed", () => totals.Tables.Select(table => new Measurement<long>(table.Value.Removed, Tag("oauth.table", table.Key))),
            "{row}", "Rows that this instance has removed, by table.");
    }

    private static Measurement<long> Entries(string cache, int count) => new(count, Tag("oauth.cache", cache));

    private static IEnumerable<Measurement<double>> Measurements(double? value) => value is { } known ? [new(known)] : [];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string Name(KeyStage stage) => stage switch
    {
        KeyStage.Pending => "pending",
        KeyStage.Current => "current",
        _ => "previous",
    };
}
