using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Keys;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the key store answers, and how old its keys are.</summary>
internal sealed class KeyCheck(KeyKeeper keeper, IOptions<SigningKeyOptions> options, TimeProvider clock) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "signing keys";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Configuration;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var notes = new Notes().Fact("key store", keeper.Place);
        try
        {
            using var stored = await keeper.ListAsync(ct);
            Judge(stored, notes);
        }
        catch (KeyStoreException outage)
        {
            notes.Found(FindingIds.KeyStoreUnreachable, Severity.Error, $"The key store cannot be read: {outage.Message}",
                "Running instances go on; a new one does not become ready. Check the network, the region, the credentials and their right secretsmanager:GetSecretValue.");
        }

        return notes.Done();
    }

    private void Judge(StoredKeys stored, Notes notes)
    {
        var now = clock.GetUtcNow();
        foreach (var key in stored.Keys)
            notes.Fact($"{key.Stage.ToString().ToLowerInvariant()} key", $"{key.Key.KeyId}, {(key.CreatedAt is { } made ? $"made {(now - made).Text()} ago" : "age unknown")}");
        notes.FoundIf(stored[KeyStage.Current] is null, FindingIds.KeyMissing, Severity.Error,
            $"There is no current key in {keeper.Place}: no token can be issued.",
            options.Value.Source == SigningKeySource.File ? "Start the server, which makes the first key file; or run: OAuthServer keys generate" : "Run: OAuthServer keys generate");
        foreach (var fault in stored.Faults)
            notes.Found(FindingIds.KeyUnusable, Severity.Warning, $"A key cannot be used: {fault}.", "Replace it: OAuthServer keys generate --replace makes a new pending key.");
        if (stored[KeyStage.Current]?.CreatedAt is { } created && now - created > options.Value.RotateEvery)
            notes.Found(FindingIds.KeyOld, Severity.Warning, $"The key that signs is {(now - created).Text()} old.", "Rotate it: OAuthServer keys generate, and a day later OAuthServer keys promote.");
        if (stored[KeyStage.Pending]?.CreatedAt is { } pending && now - pending >= options.Value.PublishBeforeSigning)
            notes.Found(FindingIds.KeyPendingReady, Severity.Note, $"The pending key has been published for {(now - pending).Text()}: every verifier knows it.", "Let it sign: OAuthServer keys promote");
    }
}
