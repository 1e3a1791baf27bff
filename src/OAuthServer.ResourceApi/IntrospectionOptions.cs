using System.Diagnostics;
using System.Text.Json.Serialization;

namespace OAuthServer.ResourceApi;

/// <summary>
/// As whom this API asks the authorization server whether a token is still good (RFC 7662 §2.1), and how long it
/// believes the answer. The client is one of the API's own, listed by the resource that tokens name in <c>aud</c>.
/// </summary>
public sealed class IntrospectionOptions
{
    /// <summary>The client id of this API. Required.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>
    /// Its secret, sent as <c>client_secret_basic</c> (RFC 6749 §2.3.1) to the <c>introspection_endpoint</c> of the
    /// issuer's metadata and nowhere else. Required; from a secret store or the environment, never from a file under
    /// version control. No log line and no message of this library has it.
    /// </summary>
    [JsonIgnore]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string ClientSecret { get; set; } = "";

    /// <summary>
    /// For how long a token that was active counts as active without another question, never beyond its <c>exp</c>: a
    /// revocation takes effect that much later (RFC 7662 §4). Zero to one minute; default zero, which asks each time.
    /// That a token is not active is never kept.
    /// </summary>
    public TimeSpan CacheFor { get; set; }

    /// <summary>
    /// How many active tokens are kept at once. Beyond it they are asked about as if <see cref="CacheFor"/> were zero.
    /// 1 or more; default 10,000.
    /// </summary>
    public int CacheLimit { get; set; } = 10_000;

    /// <summary>Holds a secret, so it names the client alone.</summary>
    /// <returns>The client id.</returns>
    public override string ToString() => ClientId;
}
