using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Clients;

/// <summary>Client authentication of the form endpoints (RFC 6749 §2.3, §3.2.1).</summary>
internal sealed class ClientAuthenticator(
    ClientDirectory directory,
    ClientSecretVerifier secrets,
    AssertionVerifier assertions,
    SecretGuesses guesses,
    Storage.Grants grants,
    TimeProvider clock)
{
    /// <summary>
    /// The client, or <c>invalid_client</c>. Unknown clients and wrong secrets get the same answer after the same
    /// work. A public client is known by its id and has no secret; a client with keys proves itself by an assertion
    /// and nothing less. 429 when this secret was guessed too often.
    /// </summary>
    /// <param name="credentials">Who the request says it is from.</param>
    /// <param name="presented">The code or token that it brings.</param>
    public async ValueTask<Result<Client>> AuthenticateAsync(
        ClientCredentials credentials, string? presented, CancellationToken ct)
    {
        var client = credentials.ClientId.Length <= ClientId.Longest
            ? await directory.FindAsync(credentials.ClientId, ct)
            : null;
        if (credentials.Assertion is { } assertion) return await AuthenticateAsync(client, assertion, ct);
        if (client is { HasKeys: true }) return About(client, OAuthError.InvalidClient(Reasons.ClientAssertionMissing));
        if (client is { IsPublic: true })
        {
            if (credentials.ClientSecret is null) return client;
            return About(client, OAuthError.InvalidClient(Reasons.PublicClientWithSecret));
        }

        if (credentials.ClientSecret is not { } secret)
        {
            var reason = client is null ? Reasons.ClientUnknown : Reasons.ClientSecretMissing;
            return About(client, OAuthError.InvalidClient(reason));
        }

        var guess = new Guess(credentials.ClientId, secret, client?.SecretHashes(clock.GetUtcNow()) ?? []);
        if (client is not null && secrets.Remembers(guess.ClientId, guess.Secret, guess.Hashes)) return client;
        if (await TryAsync(client, guess, presented, ct) is { } refusal) return About(client, refusal);
        return client ?? throw new InvalidOperationException("A secret fitted a client that does not exist.");
    }

    // A signature cannot be guessed, so nothing is counted: the budget of the address is what bounds wrong ones.
    private async ValueTask<Result<Client>> AuthenticateAsync(
        Client? client, ClientAssertion assertion, CancellationToken ct)
    {
        if (client is null) return OAuthError.InvalidClient(Reasons.ClientUnknown);
        return await assertions.CheckAsync(client, assertion, ct) is { } refusal ? About(client, refusal) : client;
    }

    private static OAuthError About(Client? client, OAuthError refusal) =>
        client is null ? refusal : refusal with { About = new(client.Id) };

    // Null when the secret is right. Whoever brings a live code or token of the client has guesses of its own
    // (docs/decisions/015-guessing-shuts-nobody-out.md).
    private async ValueTask<OAuthError?> TryAsync(Client? client, Guess guess, string? presented, CancellationToken ct)
    {
        var refusal = await TryAsync(client, guess, (Guid?)null, ct);
        var limited = refusal is { Status: StatusCodes.Status429TooManyRequests };
        if (!limited || client is null || presented is null) return refusal;
        return await grants.FindHolderAsync(presented, client.Id, ct) is { } holder
            ? await TryAsync(client, guess, holder, ct)
            : refusal;
    }

    private async ValueTask<OAuthError?> TryAsync(Client? client, Guess guess, Guid? holder, CancellationToken ct)
    {
        var budget = guess.Hashes.Count == 0 ? null : client?.Id;
        if (guesses.UsedUp(budget, holder) is { } usedUp)
            return new BudgetRefusal(Reasons.ClientSecretGuessesExhausted, usedUp);
        var check = holder is null
            ? await secrets.CheckAsync(guess.ClientId, guess.Secret, guess.Hashes, ct)
            : await secrets.CheckForHolderAsync(guess.ClientId, guess.Secret, guess.Hashes, ct);
        if (check == SecretCheck.Right) return null;
        if (check == SecretCheck.Busy) return OAuthError.TooManyRequests(Reasons.ClientSecretChecksExhausted);
        var wrong = OAuthError.InvalidClient(client is null ? Reasons.ClientUnknown : Reasons.ClientSecretWrong);
        return wrong with { GuessesUsedUp = await guesses.CountAsync(budget, holder) is not null };
    }

    private readonly record struct Guess(string ClientId, string Secret, IReadOnlyList<string> Hashes)
    {
        /// <summary>Holds the secret.</summary>
        public override string ToString() => ClientId;
    }
}
