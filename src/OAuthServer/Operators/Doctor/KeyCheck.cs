using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Keys;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the key store answers, and how old its keys are.</summary>
internal sealed class KeyCheck(
    IKeySource source, IServerSecretSource secrets, IOptions<SigningKeyOptions> options, TimeProvider clock)
    : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "signing keys";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        report.Fact("key store", source.Place);
        try
        {
            using var stored = await source.ReadAsync(ct);
            JudgeStages(report, stored);
            JudgeAges(report, stored);
            JudgeSecret(report, await secrets.ReadAsync(ct));
        }
        catch (KeyStoreException outage)
        {
            report.Error(
                FindingIds.KeyStoreUnreachable,
                $"The key store cannot be read: {outage.Message}",
                "Running instances go on; a new one does not become ready. Check the network, the region, the "
                + "credentials and their right secretsmanager:GetSecretValue on both secrets.");
        }

        return report.Result();
    }

    private void JudgeStages(CheckReport report, StoredKeys stored)
    {
        foreach (var key in stored.Keys)
        {
            var age = KeyAge.Of(key, clock.GetUtcNow());
            report.Fact($"{key.Stage.ToString().ToLowerInvariant()} key", $"{key.Key.KeyId}, {age}");
        }

        if (stored[KeyStage.Current] is null)
        {
            report.Error(
                FindingIds.KeyMissing,
                $"There is no current key in {source.Place}: no token can be issued.",
                source.MakesFirstKey
                    ? "Start the server, which makes the first key file; or run: OAuthServer keys generate"
                    : "Run: OAuthServer keys generate");
        }

        foreach (var fault in stored.Faults)
        {
            report.Warning(
                FindingIds.KeyUnusable,
                $"A key cannot be used: {fault}.",
                "Replace it: OAuthServer keys generate --replace makes a new pending key.");
        }
    }

    private void JudgeSecret(CheckReport report, ServerSecrets? stored)
    {
        if (stored is null)
        {
            report.Error(
                FindingIds.ServerSecretMissing,
                $"There is no server secret in {secrets.Place}: no instance becomes ready.",
                source.MakesFirstKey
                    ? "Start the server, which makes it; or run: OAuthServer keys generate"
                    : "Run: OAuthServer keys generate. If there was one, restore it instead: with a new one everybody "
                        + "signs in again.");
            return;
        }

        var age = stored.CreatedAt is { } made ? $"made {Quantity.Of(clock.GetUtcNow() - made)} ago" : "age unknown";
        report.Fact("server secret", $"{stored.Current.Id}, {age}");
    }

    private void JudgeAges(CheckReport report, StoredKeys stored)
    {
        if (AgeOf(stored[KeyStage.Current]) is { } current && current > options.Value.RotateEvery)
        {
            report.Warning(
                FindingIds.KeyOld,
                $"The key that signs is {Quantity.Of(current)} old.",
                "Rotate it: OAuthServer keys generate, and a day later OAuthServer keys promote.");
        }

        if (AgeOf(stored[KeyStage.Pending]) is { } pending && pending >= options.Value.PublishBeforeSigning)
        {
            report.Note(
                FindingIds.KeyPendingReady,
                $"The pending key has been published for {Quantity.Of(pending)}: every verifier knows it.",
                "Let it sign: OAuthServer keys promote");
        }
    }

    private TimeSpan? AgeOf(StoredKey? key) => clock.GetUtcNow() - key?.CreatedAt;
}
