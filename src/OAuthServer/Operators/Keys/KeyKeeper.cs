using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// What an operator does with keys, on either store: make one, list them, let the pending one sign, take one away; and
/// with the server secret beside them. Throws <see cref="KeyStoreException"/> when the store is out of reach.
/// </summary>
/// <param name="source">The store of the signing keys.</param>
/// <param name="secrets">The store of the server secret.</param>
/// <param name="options">Section <c>SigningKeys</c>.</param>
/// <param name="history">What instances noted about keys; null when no database can be asked.</param>
/// <param name="clock">The clock of this machine.</param>
internal sealed class KeyKeeper(
    IKeySource source,
    IServerSecretSource secrets,
    IOptions<SigningKeyOptions> options,
    SigningKeys? history,
    TimeProvider clock)
{
    // Until then an instance may protect cookies with a key that the secret before the current one encrypted.
    private static readonly TimeSpan SecretSettles = TimeSpan.FromDays(2);

    private const string NoHistory =
        "instances note it in the database, which this command does not know (ConnectionStrings__OAuthServer).";

    private const string MovedMeanwhile = "The pending key was promoted or withdrawn by someone else meanwhile.";

    /// <summary>The store in an operator's words.</summary>
    public string Place => source.Place;

    private string SeenWithin =>
        $"Running servers see it within {Text(options.Value.SeenWithin())}, or at once on SIGHUP.";

    /// <summary>The keys in the store and what is unusable there. The caller disposes of it.</summary>
    public Task<StoredKeys> ListAsync(CancellationToken ct) => source.ReadAsync(ct);

    /// <summary>
    /// Makes a key: current when there is none, else pending. A pending key that verifiers may already know is only
    /// replaced when <paramref name="replace"/> says so. Makes the server secret where there is none, and beside a
    /// current key nothing else then.
    /// </summary>
    public async Task<KeyChange> GenerateAsync(bool replace, CancellationToken ct)
    {
        var secretMade = await secrets.AddFirstAsync(ServerSecret.Generate(), ct);
        using var stored = await source.ReadAsync(ct);
        if (secretMade && stored[KeyStage.Current] is { } alone)
        {
            var secretAlone = $"The server secret is in {secrets.Place} now. The keys are as they were.";
            return new(true, secretAlone, alone.Key.KeyId);
        }

        if (!replace && stored[KeyStage.Pending] is { } pending)
        {
            var known = pending.Key.KeyId;
            return new(
                false, $"There is already a pending key, {known}. Promote it, or generate with --replace.", known);
        }

        var (keyId, stage) = await AddAsync(ct);
        var made = stage == KeyStage.Current
            ? $"Key {keyId} is current in {Place} and signs. {SeenWithin}"
            : $"Key {keyId} is pending in {Place}: published, not signing. {SeenWithin} "
                + $"Promote it after {options.Value.PublishBeforeSigning:c}.";
        return new(true, made, keyId);
    }

    /// <summary>
    /// Lets the pending key sign. Refused, unless <paramref name="force"/>, while verifiers may still hold a JWK Set
    /// from before it was published: they would refuse its tokens (RFC 9068 §4).
    /// </summary>
    public async Task<KeyChange> PromoteAsync(bool force, CancellationToken ct)
    {
        using var stored = await source.ReadAsync(ct);
        if (stored[KeyStage.Pending] is not { } pending)
            return new(false, "There is no pending key to promote. Make one: OAuthServer keys generate");

        var keyId = pending.Key.KeyId;
        var from = pending.CreatedAt + options.Value.PublishBeforeSigning;
        if (!force && stored[KeyStage.Current] is not null && from > clock.GetUtcNow())
        {
            var age = Text(clock.GetUtcNow() - pending.CreatedAt!.Value);
            var early = $"Key {keyId} has been in {Place} for {age} only, and verifiers may not know it before "
                + $"{options.Value.PublishBeforeSigning:c} are over, at {TerminalText.Time(from)}. "
                + "Promote it then, or at once with --force.";
            return new(false, early, keyId, from);
        }

        return await source.PromoteAsync(ct)
            ? new(true, $"Key {keyId} is current in {Place} and signs. {SeenWithin}", keyId)
            : new(false, MovedMeanwhile, keyId);
    }

    /// <summary>
    /// Takes a key out of publication: the previous one, or the one that is named. Refused, unless
    /// <paramref name="force"/>, while a token that it signed may be alive. The key that signs can only be forced out;
    /// the pending key then takes its place, or a new one when there is none.
    /// </summary>
    public async Task<KeyChange> RetireAsync(string? keyId, bool force, CancellationToken ct)
    {
        using var stored = await source.ReadAsync(ct);
        var key = keyId is null
            ? stored[KeyStage.Previous]
            : stored.Keys.FirstOrDefault(known => known.Key.KeyId == keyId);
        if (key is null && keyId is null) return new(false, "There is no previous key to retire.");
        if (key is null) return new(false, $"There is no key {keyId} in {Place}. See: OAuthServer keys list", keyId);
        if (!force && await ObjectionAsync(key, ct) is { } objection) return objection;
        return key.Stage == KeyStage.Current ? await ReplaceAsync(key, stored, ct) : await RemoveAsync(key, "", ct);
    }

    /// <summary>
    /// Puts a new server secret in the place of the current one. Refused, unless <paramref name="force"/>, while the
    /// one before may still be needed; with <paramref name="leaked"/> what the current one made is worth nothing at
    /// once.
    /// </summary>
    public async Task<KeyChange> RotateSecretAsync(bool leaked, bool force, CancellationToken ct)
    {
        if (await secrets.ReadAsync(ct) is not { } stored)
            return new(false, $"There is no server secret in {secrets.Place}. Make it: OAuthServer keys generate");
        if (!leaked && !force && stored.Previous is not null && stored.CreatedAt + SecretSettles is { } from
            && from > clock.GetUtcNow())
        {
            var early = "The server secret was rotated a short time ago, and the one before it still protects sessions "
                + $"until {TerminalText.Time(from)}. Rotate it then, or at once with --force; people whose session it "
                + "protects have to sign in again.";
            return new(false, early, NotBefore: from);
        }

        await secrets.RotateAsync(ServerSecret.Generate(), keepPrevious: !leaked, ct);
        var outcome = leaked
            ? "Nothing that the one before it made is read any more: everybody signs in again, and a refresh or a "
                + "consent that was under way is asked again."
            : "The one before it reads what it made until the next rotation.";
        return new(true, $"A new server secret is current in {secrets.Place}. {outcome} {SeenWithin}");
    }

    private async Task<KeyChange> ReplaceAsync(StoredKey current, StoredKeys stored, CancellationToken ct)
    {
        var successor = stored[KeyStage.Pending]?.Key.KeyId ?? (await AddAsync(ct)).KeyId;
        return await source.PromoteAsync(ct)
            ? await RemoveAsync(current, $"Key {successor} signs in its place. ", ct)
            : new(false, $"{MovedMeanwhile} Nothing was removed: try again.", current.Key.KeyId);
    }

    private async Task<KeyChange> RemoveAsync(StoredKey key, string besides, CancellationToken ct)
    {
        var keyId = key.Key.KeyId;
        if (!await source.RemoveAsync(keyId, ct))
        {
            return new(
                false,
                $"Key {keyId} was moved or removed by someone else meanwhile. See: OAuthServer keys list",
                keyId);
        }

        return new(
            true,
            $"Key {keyId} is removed from {Place}. {besides}{SeenWithin} Verifiers may keep the JWK Set for longer.",
            keyId);
    }

    // Null when no token can be alive that the key signed. A pending key has signed none.
    private async Task<KeyChange?> ObjectionAsync(StoredKey key, CancellationToken ct)
    {
        var keyId = key.Key.KeyId;
        if (key.Stage == KeyStage.Pending) return null;
        if (key.Stage == KeyStage.Current)
        {
            return new(
                false,
                $"Key {keyId} signs. Promote another one first; if it leaked, put another in its place at once with "
                + "--force.",
                keyId);
        }

        var (since, unknown) = await StoppedSigningAsync(key, ct);
        if (since is null)
        {
            return new(
                false,
                $"It is not known when the last server stopped signing with key {keyId}: {unknown} "
                + "Its tokens may be alive. Try again later, or retire it at once with --force.",
                keyId);
        }

        var wait = options.Value.PreviousKeyRetention() - since.Value;
        if (wait <= TimeSpan.Zero) return null;
        var until = clock.GetUtcNow() + wait;
        return new(
            false,
            $"A token that key {keyId} signed may be alive until {TerminalText.Time(until)}, and would be refused. "
            + "Retire it then, or at once with --force.",
            keyId,
            until);
    }

    // How long ago; or why that is not known. An age and no moment, so that no two clocks have to agree.
    private async Task<(TimeSpan? Since, string Unknown)> StoppedSigningAsync(StoredKey key, CancellationToken ct)
    {
        if (key.PreviousSince is { } moment) return (clock.GetUtcNow() - moment, "");
        if (history is null) return (null, NoHistory);
        try
        {
            return (await history.StoppedSigningAsync(key.Key.KeyId, ct), "no running server has noted it yet.");
        }
        catch (Exception outage) when (DatabaseFailure.Is(outage))
        {
            return (null, $"the database, where instances note it, cannot be asked ({DatabasePlace.Reason(outage)}).");
        }
    }

    private async Task<(string KeyId, KeyStage? Stage)> AddAsync(CancellationToken ct)
    {
        var pem = SigningKey.GeneratePem();
        var stage = await source.AddAsync(pem, onlyFirst: false, ct);
        if (!SigningKey.TryFromPem(pem, out var key, out var fault)) throw new InvalidOperationException(fault);
        using (key) return (key.KeyId, stage);
    }

    private static string Text(TimeSpan span) =>
        new TimeSpan(span.Days, span.Hours, span.Minutes, span.Seconds).ToString("c");
}
