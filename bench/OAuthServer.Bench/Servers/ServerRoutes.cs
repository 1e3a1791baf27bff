namespace OAuthServer.Bench.Servers;

/// <summary>Where a server answers; null when it has no such endpoint.</summary>
/// <param name="Ready">Answers 200 once the server can work.</param>
internal sealed record ServerRoutes(string Ready)
{
    /// <summary>The authorization endpoint, which answers the browser's session with a code at once.</summary>
    public string? Authorize { get; init; }

    /// <summary>The token endpoint, for codes.</summary>
    public string? Token { get; init; }

    /// <summary>The token endpoint, for access of the client's own.</summary>
    public string? ClientCredentials { get; init; }

    /// <summary>Whether that client may also prove itself by a key.</summary>
    public bool TakesAssertions { get; init; }

    /// <summary>The introspection endpoint.</summary>
    public string? Introspect { get; init; }

    /// <summary>Takes authorization requests ahead of the visit.</summary>
    public string? Push { get; init; }

    /// <summary>Tells who signed in (OpenID Connect).</summary>
    public string? UserInfo { get; init; }

    /// <summary>Takes refresh requests.</summary>
    public string? Refresh { get; init; }

    /// <summary>
    /// Whether a wrong client secret is refused with 401, and its guesser not stopped for one guess a second.
    /// </summary>
    public bool ChecksSecrets { get; init; }

    /// <summary>The revocation endpoint.</summary>
    public string? Revoke { get; init; }

    /// <summary>The server's metadata (RFC 8414).</summary>
    public string? Metadata { get; init; }

    /// <summary>The JWK Set (RFC 7517).</summary>
    public string? Keys { get; init; }

    /// <summary>Whether the documents have an ETag, and who holds them is told so (RFC 9110 section 13.1.2).</summary>
    public bool Revalidates { get; init; }

    /// <summary>The page that takes a person's password, and its form.</summary>
    public string? SignIn { get; init; }

    /// <summary>An API's endpoint that wants an access token.</summary>
    public string? Protected { get; init; }

    /// <summary>Gives a session cookie for the asking, where there is no page to sign in at.</summary>
    public string? Session { get; init; }

    /// <summary>Gives a refresh token without a flow: the floor has no authorization endpoint.</summary>
    public string? FirstRefreshToken { get; init; }

    /// <summary>Takes a form and does nothing.</summary>
    public string? Echo { get; init; }

    /// <summary>Gives a document of the size of our metadata, from memory.</summary>
    public string? Static { get; init; }

    /// <summary>Signs one token, without a database.</summary>
    public string? Sign { get; init; }

    /// <summary>Runs the rotating statement alone.</summary>
    public string? Statement { get; init; }
}
