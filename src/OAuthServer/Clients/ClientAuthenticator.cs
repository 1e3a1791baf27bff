using OAuthServer.Protocol;

namespace OAuthServer.Clients;

/// <summary>Client authentication of the form endpoints (RFC 6749 §2.3, §3.2.1).</summary>
internal sealed class ClientAuthenticator(ClientDirectory directory, ClientSecretVerifier secrets, TimeProvider clock)
{
    private const int LongestClientId = 128;

    /// <summary>
    /// The client, or <c>invalid_client</c>. Unknown clients and wrong secrets get the same answer after the same work.
    /// A public client is known by its id and has no secret, not even an empty one.
    /// </summary>
    public async ValueTask<Result<Client>> AuthenticateAsync(ClientCredentials credentials, CancellationToken ct)
    {
        var client = credentials.ClientId.Length <= LongestClientId ? await directory.FindAsync(credentials.ClientId, ct) : null;
        if (client is { IsPublic: true })
        {
            return credentials.ClientSecret is null ? client : OAuthError.InvalidClient("public_client_with_secret");
        }

        if (credentials.ClientSecret is not { } secret) return OAuthError.InvalidClient(client is null ? "client_unknown" : "client_secret_missing");
        string[] hashes = client is null ? [] : [.. client.SecretHashes(clock.GetUtcNow())];
        return await secrets.CheckAsync(credentials.ClientId, secret, hashes, ct) switch
        {
            SecretCheck.Right => client!,
            SecretCheck.Busy => OAuthError.TooManyRequests("client_secret_checks_exhausted"),
            _ => OAuthError.InvalidClient(client is null ? "client_unknown" : "client_secret_wrong"),
        };
    }
}
