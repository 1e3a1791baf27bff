namespace OAuthServer.ResourceApi;

/// <summary>
/// What an API must know to accept access tokens (RFC 9068 §4). Validated when the host starts, every fault at once;
/// nothing is fetched at start, so the order in which API and authorization server start does not matter.
/// </summary>
public sealed class OAuthBearerOptions
{
    /// <summary>
    /// The authorization server's issuer identifier (RFC 8414 §2), compared character by character. https, or http on
    /// a loopback host.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>
    /// The value that the token's <c>aud</c> must contain (RFC 9068 §4): the identifier of this API at the
    /// authorization server.
    /// </summary>
    public string Audience { get; set; } = "";

    /// <summary>
    /// Further identifiers of this API, for one that has several rows at the authorization server: a token whose
    /// <c>aud</c> contains any of them, character by character, is accepted like one for <see cref="Audience"/> (RFC
    /// 9068 §4) at every endpoint; scopes alone tell what it reaches. None is empty, none occurs twice. Empty by
    /// default.
    /// </summary>
    public IList<string> AdditionalAudiences { get; } = [];

    /// <summary>
    /// The URL under which this API is called, its resource identifier (RFC 9728 §1.2). Default:
    /// <see cref="Audience"/>. Every URL in a challenge is made from it, never from a request header. Behind a proxy
    /// that takes a path away, it is still the URL that clients call. https, or http on a loopback host.
    /// </summary>
    public string? Resource { get; set; }

    /// <summary>The <c>realm</c> of the challenge (RFC 9110 §11.5). Default: the resource identifier.</summary>
    public string? Realm { get; set; }

    /// <summary>
    /// <c>scopes_supported</c> of the protected resource metadata (RFC 9728 §2). When empty, the scopes that the
    /// mapped endpoints require. <c>offline_access</c> is never listed.
    /// </summary>
    public IList<string> ScopesSupported { get; } = [];

    /// <summary>
    /// How far the two clocks may be apart when <c>exp</c>, <c>nbf</c> and <c>iat</c> are judged. Zero to 60 seconds;
    /// default 60.
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest lifetime (<c>exp</c> − <c>iat</c>) that a token may claim. Default 24 hours.</summary>
    public TimeSpan MaximumTokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Tokens with more characters are refused unread. Default 16,384.</summary>
    public int MaximumTokenLength { get; set; } = 16_384;

    /// <summary>
    /// How old the cached keys may be before they are fetched anew in the background. Default 5 minutes.
    /// </summary>
    public TimeSpan KeyRefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The shortest time between two fetches caused by a token with an unknown <c>kid</c>. Default 30 seconds.
    /// </summary>
    public TimeSpan UnknownKeyCooldown { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time limit of one request to the authorization server. Default 5 seconds.</summary>
    public TimeSpan BackchannelTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether tokens are looked up in the authorization server's list of revoked tokens. Off by default: a revoked
    /// token is then accepted until its <c>exp</c>.
    /// </summary>
    public bool RevocationCheck { get; set; }

    /// <summary>
    /// How old the revocation list may be. Default 5 seconds; zero asks the authorization server at every request, for
    /// which its budget <c>RateLimiting:Revocations</c> (1000 in 15 minutes and address) has to be raised.
    /// </summary>
    public TimeSpan RevocationCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the last list serves while the authorization server is away; afterwards requests get 503. Default 15
    /// minutes.
    /// </summary>
    public TimeSpan RevocationStaleLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Set, every token that passed the checks of this library is also asked about at the authorization server (RFC
    /// 7662); null, as by default, none is. Instead of <see cref="RevocationCheck"/>, not beside it.
    /// </summary>
    public IntrospectionOptions? Introspection { get; set; }

    internal string ResourceIdentifier => Resource ?? Audience;

    internal IReadOnlyList<string> Audiences => [Audience, .. AdditionalAudiences];
}
