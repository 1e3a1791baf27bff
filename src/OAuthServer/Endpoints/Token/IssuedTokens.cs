namespace OAuthServer.Endpoints.Token;

/// <summary>Tokens for a client (RFC 6749 §5.1).</summary>
/// <param name="AccessToken">A JWT.</param>
/// <param name="ExpiresIn">How many seconds it lives.</param>
/// <param name="RefreshToken">Null for a client that gets none.</param>
/// <param name="Scope">What the access token allows.</param>
internal sealed record IssuedTokens(string AccessToken, long ExpiresIn, string? RefreshToken, string Scope)
{
    /// <summary>Who signed in, for the client alone; null outside OpenID Connect (Core §3.1.3.3).</summary>
    public string? IdToken { get; init; }

    /// <summary>Holds tokens.</summary>
    public override string ToString() => $"tokens for {Scope}";
}
