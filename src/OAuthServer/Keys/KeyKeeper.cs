using Microsoft.Extensions.Options;

namespace OAuthServer.Keys;

/// <summary>The answer to an operator's change: done, or refused with the reason and what to do.</summary>
internal sealed record KeyChange(bool Done, string Message);

/// <summary>
/// What an operator does with keys, on either store: make one, list them, let the pending one sign. Throws
/// <see cref="KeyStoreException"/> when the store is out of reach.
/// </summary>
internal sealed class KeyKeeper(IKeySource source, IOptions<SigningKeyOptions> options, TimeProvider clock)
{
    /// <summary>The store in an operator's words.</summary>
    public string Place => source.Place;

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
        {
            return new KeyChange(false,
                $"There is already a pending key, {pending.Key.KeyId}. Promote it, or generate with --replace.");
        }

        var pem = SigningKey.GeneratePem();
        var stage = await source.AddAsync(pem, onlyFirst: false, cancellationToken);
        if (!SigningKey.TryFromPem(pem, out var key, out var fault)) throw new InvalidOperationException(fault);
        using (key)
        {
            return new KeyChange(true, stage == KeyStage.Current
                ? $"Key {key.KeyId} is current in {Place}. Running servers sign with it within {options.Value.PollInterval}."
                : $"Key {key.KeyId} is pending in {Place}. It is published and does not sign; promote it after {options.Value.PublishBeforeSigning}.");
        }
    }

    /// <summary>
    /// Lets the pending key sign. Refused, unless <paramref name="force"/>, while verifiers may still hold a JWK Set
    /// from before it was published: they would refuse its tokens (RFC 9068 §4).
    /// </summary>
    public async Task<KeyChange> PromoteAsync(bool force, CancellationToken cancellationToken)
    {
        using var stored = await source.ReadAsync(cancellationToken);
        if (stored[KeyStage.Pending] is not { } pending)
            return new KeyChange(false, "There is no pending key to promote. Make one: OAuthServer keys generate");

        var age = clock.GetUtcNow() - pending.CreatedAt;
        if (!force && stored[KeyStage.Current] is not null && age < options.Value.PublishBeforeSigning)
        {
            return new KeyChange(false,
                $"Key {pending.Key.KeyId} has been published for {Text(age.Value)} only, and verifiers may not know it before "
                + $"{options.Value.PublishBeforeSigning}. Promote it later, or at once with --force.");
        }

        return await source.PromoteAsync(cancellationToken)
            ? new KeyChange(true, $"Key {pending.Key.KeyId} is current in {Place}. Running servers sign with it within {options.Value.PollInterval}.")
            : new KeyChange(false, "The pending key was promoted or withdrawn by someone else meanwhile.");
    }

    private static string Text(TimeSpan age) => new TimeSpan(age.Days, age.Hours, age.Minutes, age.Seconds).ToString();
}
