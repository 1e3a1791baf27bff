namespace OAuthServer.Testing;

/// <summary>The requests of apps that prove themselves by a key.</summary>
public static class AppKeyRequests
{
    public const string RedirectUri = "https://keyed.example/cb";

    /// <summary>Registers a client with keys, by SQL as an operator does.</summary>
    public static Task AddKeyClientAsync(
        this TestDatabase database,
        string clientId,
        string? jwks,
        string? jwksUri = null,
        string? algorithm = null) => database.ExecuteAsync(
        $"""
        INSERT INTO oauth_clients (client_id, name, redirect_uris, allowed_scopes, default_scopes, jwks, jwks_uri,
            token_endpoint_auth_signing_alg)
        VALUES ($1, $1, ARRAY['{RedirectUri}'], ARRAY['read', 'write'], ARRAY['read'], $2::text::jsonb, $3, $4)
        """,
        clientId, jwks, jwksUri, algorithm);

    /// <summary>Redeems a code by an assertion.</summary>
    public static Task<Reply> RedeemByAsync(
        this TestServer server, string code, string assertion, string? clientId = null) => server.PostFormAsync(
        "/oauth/token",
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", clientId),
            .. By(assertion),
        ]);

    /// <summary>Refreshes by an assertion.</summary>
    public static Task<Reply> RefreshByAsync(
        this TestServer server,
        string? refreshToken,
        string assertion,
        string? clientId = null,
        string path = "/oauth/token") => server.PostFormAsync(
        path,
        [("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("client_id", clientId), .. By(assertion)]);

    /// <summary>Revokes by an assertion.</summary>
    public static Task<Reply> RevokeByAsync(
        this TestServer server, string? token, string assertion, string? clientId = null) => server.PostFormAsync(
        "/oauth/revoke", [("token", token), ("client_id", clientId), .. By(assertion)]);

    /// <summary>The two parameters (RFC 7523 §2.2).</summary>
    public static (string Name, string? Value)[] By(string? assertion) =>
        [("client_assertion_type", AppKey.AssertionType), ("client_assertion", assertion)];
}
