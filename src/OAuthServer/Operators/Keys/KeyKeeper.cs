using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// What an operator does with keys, on either store: make one, list them, let the pending one sign, take one away. Throws
/// <see cref="KeyStoreException"/> when the store is out of reach.
/// </summary>
/// <param name="source">The store.</param>
/// <param name="options">How long keys are published and kept.</param>
/// <param name="history">What servers have noted of keys; null where no database is configured.</param>
/// <param name="clock">Tells the age of keys.</param>
internal sealed class KeyKeeper(IKeySource source, IOptions<SigningKeyOptions> options, SigningKeys? history, TimeProvider clock)
{
    /// <summary>The store in an operator's words.</summary>
    public string Place => source.Place;

    private string Soon => $"Running servers see it within {Text(options.Value.SeenWithin())}, or at once on SIGHUP.";

    /// <summary>The keys in the store and what is unusable there. The caller disposes of it.</summary>
    public Task<StoredKeys> ListAsync(CancellationToken cancellationToken) => source.ReadAsync(cancellationToken);

    /// <summary>
    /// Makes a key: current when there is none, else pending. A pending key that verifiers may already know is only
    /// replaced when <paramref name="replace"/> says so.
    /// </summary>
    public async Task<KeyChange> GenerateAsync(bool replace, CancellationToken cancellationToken)
    {
        using var stored = await source.ReadAsync(cancellationToken);
        if (!replace && stored[KeyStage.Pending] is { } pending)
            return new(false, $"There is already a pending key, {pending.Key.KeyId}. Promote it, or generate with --replace.", pending.Key.KeyId);

        var (keyId, stage) = await AddAsync(cancellationToken);
        return stage == KeyStage.Current
            ? new(true, $"Key {keyId} is current in {Place} and signs. {Soon}", keyId)
            : new(true, $"Key {keyId} is pending in {Place}: published, not signing. {Soon} Promote it after {options.Value.PublishBeforeSigning:c}.", keyId);
    }

    /// <summary>
    /// Lets the pending key sign. Refused, unless <paramref name="force"/>, while verifiers may still hold a JWK Set
    /// from before it was published: they would refuse its tokens (RFC 9068 §4).
    /// </summary>
    public async Task<KeyChange> PromoteAsync(bool force, CancellationToken cancellationToken)
    {
        using var stored = await source.ReadAsync(cancellationToken);
        if (stored[KeyStage.Pending] is not { } pending)
            return new(false, "There is no pending key to promote. Make one: OAuthServer keys generate");

        var keyId = pending.Key.KeyId;
        var from = pending.CreatedAt + options.Value.PublishBeforeSigning;
        if (!force && stored[KeyStage.Current] is not null && from > clock.GetUtcNow())
        {
            return new(
                false,
                $"Key {keyId} has been in {Place} for {Text(clock.GetUtcNow() - pending.CreatedAt!.Value)} only, and verifiers may not know it before "
                + $"{options.Value.PublishBeforeSigning:c} are over, at {Moment(from.Value)}. Promote it then, or at once with --force.",
                keyId,
                from);
        }

        return await source.PromoteAsync(cancellationToken)
            ? new(true, $"Key {keyId} is current in {Place} and signs. {Soon}", keyId)
            : new(false, "The pending key was promoted or withdrawn by someone else meanwhile.", keyId);
    }

    /// <summary>
    /// Takes a key out of publication: the previous one, or the one that is named. Refused, unless
    /// <paramref name="force"/>, while a token that it signed may be alive. The key that signs can only be forced out;
    /// the pending key then takes its place, or a new one when there is none.
    /// </summary>
    public async Task<KeyChange> RetireAsync(string? keyId, bool force, CancellationToken cancellationToken)
    {
        using var stored = await source.ReadAsync(cancellationToken);
        var key = keyId is null ? stored[KeyStage.Previous] : stored.Keys.FirstOrDefault(known => known.Key.KeyId == keyId);
        if (key is null)
            return new(false, keyId is null ? "There is no previous key to retire." : $"There is no key {keyId} in {Place}. See: OAuthServer keys list", keyId);
        if (!force && await ObjectionAsync(key, cancellationToken) is { } objection) return objection;
        return key.Stage == KeyStage.Current ? await ReplaceAsync(key, stored, cancellationToken) : await RemoveAsync(key, "", cancellationToken);
    }

    private async Task<KeyChange> ReplaceAsync(StoredKey current, StoredKeys stored, CancellationToken cancellationToken)
    {
        var successor = stored[KeyStage.Pending]?.Key.KeyId ?? (await AddAsync(cancellationToken)).KeyId;
        return await source.PromoteAsync(cancellationToken)
            ? await RemoveAsync(current, $"Key {successor} signs in its place. ", cancellationToken)
            : new(false, "The pending key was promoted or withdrawn by someone else meanwhile. Nothing was removed: try again.", current.Key.KeyId);
    }

    private async Task<KeyChange> RemoveAsync(StoredKey key, string besides, CancellationToken cancellationToken) =>
        await source.RemoveAsync(key.Key.KeyId, cancellationToken)
            ? new(true, $"Key {key.Key.KeyId} is removed from {Place}. {besides}{Soon} Verifiers may keep the JWK Set for longer.", key.Key.KeyId)
            : new(false, $"Key {key.Key.KeyId} was moved or removed by someone else meanwhile. See: OAuthServer keys list", key.Key.KeyId);

    /// <summary>Why a key may not go yet; null when no token can be alive that it signed. A pending key has signed none.</summary>
    private async Task<KeyChange?> ObjectionAsync(StoredKey key, CancellationToken cancellationToken)
    {
        var keyId = key.Key.KeyId;
        if (key.Stage == KeyStage.Pending) return null;
        if (key.Stage == KeyStage.Current)
            return new(false, $"Key {keyId} signs. Promote another one first; if it leaked, put another in its place at once with --force.", keyId);

        var since = clock.GetUtcNow() - key.PreviousSince ?? await StoppedSigningAsync(keyId, cancellationToken);
        if (since is null)
        {
            return new(
                false,
                $"It is not known when the last server stopped signing with key {keyId}: no running server has noted it yet, or the database cannot be asked "
                + "(ConnectionStrings__OAuthServer). Its tokens may be alive. Try again later, or retire it at once with --force.",
                keyId);
        }

        var wait = options.Value.PreviousKeyRetention() - since.Value;
        if (wait <= TimeSpan.Zero) return null;
        var until = clock.GetUtcNow() + wait;
        return new(false, $"A token that key {keyId} signed may be alive until {Moment(until)}, and would be refused. Retire it then, or at once with --force.", keyId, until);
    }

    /// <summary>By the record that servers keep; null when it does not say, or cannot be read.</summary>
    private async Task<TimeSpan?> StoppedSigningAsync(string keyId, CancellationToken cancellationToken)
    {
        try
        {
            return history is null ? null : await history.StoppedSigningAsync(keyId, cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<(string KeyId, KeyStage? Stage)> AddAsync(CancellationToken cancellationToken)
    {
        var pem = SigningKey.GeneratePem();
        var stage = await source.AddAsync(pem, onlyFirst: false, cancellationToken);
        if (!SigningKey.TryFromPem(pem, out var key, out var fault)) throw new InvalidOperationException(fault);
        using (key) return (key.KeyId, stage);
    }

    private static string Text(TimeSpan span) => new TimeSpan(span.Days, span.Hours, span.Minutes, span.Seconds).ToString("c");

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
