using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;

namespace OAuthServer.Hosting.Observability;

/// <summary>How old the key that signs is, what is published, and whether the store answers.</summary>
internal sealed class KeyGauges(KeyRing ring, IOptions<SigningKeyOptions> options, TimeProvider clock) : IGauges
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "oauth.server.key.age", () => Measured(Age()?.TotalSeconds), "s",
            "Time since the key that signs was made.");
        meter.CreateObservableGauge(
            "oauth.server.key.rotation.due", () => Measured((options.Value.RotateEvery - Age())?.TotalDays), "d",
            "Days until the key that signs is older than SigningKeys:RotateEvery; below 0 it is overdue.");
        meter.CreateObservableGauge(
            "oauth.server.key.published", Published, "{key}", "Keys in the JWK Set, by stage.");
        meter.CreateObservableGauge(
            "oauth.server.key.store.failing", () => ring.Fault is null ? 0 : 1, "{fault}",
            "1 while the last attempt to read the key store has failed.");
    }

    private static IEnumerable<Measurement<double>> Measured(double? value) => value is { } known ? [new(known)] : [];

    private static string Name(KeyStage stage) => stage switch
    {
        KeyStage.Pending => "pending",
        KeyStage.Current => "current",
        _ => "previous",
    };

    private TimeSpan? Age() =>
        clock.GetUtcNow() - ring.Current?.Published.First(key => key.Stage == KeyStage.Current).CreatedAt;

    private IEnumerable<Measurement<int>> Published() => Enum.GetValues<KeyStage>().Select(stage =>
        new Measurement<int>(Count(stage), GaugeTags.Of("oauth.key.stage", Name(stage))));

    private int Count(KeyStage stage) => ring.Current?.Published.Count(key => key.Stage == stage) ?? 0;
}
