using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.External;

/// <summary>Somebody on the way to another provider and back.</summary>
/// <param name="Provider">By name.</param>
/// <param name="Target">Where they go on to; null for the default.</param>
/// <param name="LinkTo">The account that they want to link it to; null to sign in.</param>
/// <param name="AsksAnew">True when they were to show anew who they are.</param>
/// <param name="BeganAt">When they left.</param>
internal sealed record ExternalVisit(
    [property: JsonPropertyName("p")] string Provider,
    [property: JsonPropertyName("t")] string? Target,
    [property: JsonPropertyName("l")] Guid? LinkTo,
    [property: JsonPropertyName("a")] bool AsksAnew,
    [property: JsonPropertyName("b")] DateTimeOffset BeganAt);

/// <summary>
/// Keeps what waits behind a visit to a provider, sealed in a cookie of this browser: the authorization request in hand
/// can be longer than what a provider takes as <c>state</c>. The state names the cookie.
/// </summary>
internal sealed class ExternalVisits(IDataProtectionProvider protection, ServerAddress address, TimeProvider clock)
{
    /// <summary>How long a visit may take.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Each may hold an authorization request: more would make requests longer than servers take them.
    private const int Most = 4;

    private readonly SealedJson<ExternalVisit> _sealed = new(protection, "OAuthServer.Accounts.ExternalVisit.v1");

    private string Prefix => Cookie.Name!;

    private CookieBuilder Cookie => PageCookies.External(address, "visit", Lifetime);

    /// <summary>Keeps a visit, and gives what names it.</summary>
    public string Begin(HttpContext http, ExternalVisit visit)
    {
        var others = http.Request.Cookies.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        if (others.Count >= Most)
            foreach (var other in others) http.Response.Cookies.Delete(other, Build(http));
        var id = Handle.NewId().ToString("N");
        http.Response.Cookies.Append(Prefix + id, _sealed.Seal(visit), Build(http));
        return id;
    }

    /// <summary>The visit of this browser; null for none, or one that took too long.</summary>
    public ExternalVisit? Find(HttpContext http, ExternalProvider provider, string? id) =>
        id is not null && http.Request.Cookies[Prefix + id] is { } cookie && _sealed.Open(cookie) is { } visit
        && visit.Provider == provider.Name && visit.BeganAt + Lifetime > clock.GetUtcNow()
            ? visit
            : null;

    /// <summary>It is over.</summary>
    public void End(HttpContext http, string id) => http.Response.Cookies.Delete(Prefix + id, Build(http));

    private CookieOptions Build(HttpContext http) => Cookie.Build(http, clock.GetUtcNow());
}
