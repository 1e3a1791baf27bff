using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Clients;

/// <summary>Client authentication of the form endpoints (RFC 6749 §2.3, §3.2.1).</summary>
internal sealed class ClientAuthenticator(
    ClientDirectory directory, ClientSecretVerifier secrets, SecretGuesses guesses, Storage.Grants grants, TimeProvider clock)
{
    private const int LongestClientId = 128;

    /// <summary>
    /// The client, or <c>invalid_client</c>. Unknown clients and wrong secrets get the same answer after the same work.
    /// A public client is known by its id and has no secret, not even an empty one. 429 when this secret was guessed too often.
    /// </summary>
    /// <param name="credentials">Who the request says it is from.</param>
    /// <param name="presented">The code or token that it brings.</param>
    /// <param name="ct">Ends with the request.</param>
    public async ValueTask<Result<Client>> AuthenticateAsync(ClientCredentials credentials, string? presented, CancellationToken ct)
    {
        var client = credentials.ClientId.Length <= LongestClientId ? await directory.FindAsync(credentials.ClientId, ct) : null;
        if (client is { IsPublic: true })
        {
            return credentials.ClientSecret is null ? client : About(client, OAuthError.InvalidClient(Reasons.PublicClientWithSecret));
        }

        if (credentials.ClientSecret is not { } secret) return About(client, OAuthError.InvalidClient(client is null ? Reasons.ClientUnknown : Reasons.ClientSecretMissing));
        string[] hashes = client is null ? [] : [.. client.SecretHashes(clock.GetUtcNow())];
        if (secrets.Remembers(credentials.ClientId, secret, hashes)) return client!;
        var guess = new Guess(client, credentials.ClientId, secret, hashes);
        var refusal = await TryAsync(guess, null, ct);
        if (refusal is { Status: StatusCodes.Status429TooManyRequests } && client is not null && presented is not null
            && await grants.FindHolderAsync(presented, client.Id, ct) is { } holder)
            refusal = await TryAsync(guess, holder, ct);
        return refusal is null ? client! : About(client, refusal);
    }

    private static OAuthError About(Client? client, OAuthError refusal) => client is null ? refusal : refusal with { About = new(client.Id) };

    // Null when the secret is right.
    private async ValueTask<OAuthError?> TryAsync(Guess guess, Guid? holder, CancellationToken ct)
    {
        var budget = guess.Hashes.Length == 0 ? null : guess.Client!.Id;
        if (guesses.UsedUp(budget, holder) is { } usedUp) return OAuthError.TooManyRequests(Reasons.ClientSecretGuessesExhausted, usedUp);
        var check = holder is null
            ? await secrets.CheckAsync(guess.ClientId, guess.Secret, guess.Hashes, ct)
            : await secrets.CheckVouchedAsync(guess.ClientId, guess.Secret, guess.Hashes, ct);
        return check switch
        {
            SecretCheck.Right => null,
            SecretCheck.Busy => OAuthError.TooManyRequests(Reasons.ClientSecretChecksExhausted),
            _ => OAuthError.InvalidClient(guess.Client is null ? Reasons.ClientUnknown : Reasons.ClientSecretWrong) with { Budget = guesses.Count(budget, holder) },
        };
    }

    private readonly record struct Guess(Client? Client, string ClientId, string Secret, string[] Hashes)
    {
        /// <summary>Holds the secret.</summary>
        public override string ToString() => ClientId;
    }
}
