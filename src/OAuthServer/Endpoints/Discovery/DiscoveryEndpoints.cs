using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>
/// Metadata (RFC 8414), keys (RFC 7517) and revoked tokens. The first two come from memory, also while the database is
/// down.
/// </summary>
internal static class DiscoveryEndpoints
{
    /// <summary>
    /// For how long readers may keep the metadata and the keys; <c>keys promote</c> waits for longer than this.
    /// </summary>
    public const int MaxAgeSeconds = SigningKeyOptions.JwksMaxAgeSeconds;

    private static readonly string[] BearerMethods = ["header"];

    private static readonly string MaxAge =
        string.Create(CultureInfo.InvariantCulture, $"public, max-age={MaxAgeSeconds}");

    /// <summary>
    /// The metadata stands at the host's root with the issuer's path behind it (RFC 8414 §3.1), whatever group the
    /// rest is in.
    /// </summary>
    public static IEndpointConventionBuilder MapMetadata(
        this IEndpointRouteBuilder root, ServerAddress address, DiscoveryDocuments documents) =>
        root.MapMethods(
            Routes.Metadata + address.Path, GetAndHead, http => WriteAsync(http, documents.Metadata, MaxAge));

    /// <summary>
    /// The same document for OpenID Connect: below the issuer (Discovery §4), and where RFC 8414 §5 looks for it.
    /// Without a path in the issuer that is one address.
    /// </summary>
    public static IEnumerable<IEndpointConventionBuilder> MapOpenIdMetadata(
        this IEndpointRouteBuilder root, ServerAddress address, DiscoveryDocuments documents) =>
    [
        .. new[] { address.Path + Routes.OpenIdMetadata, Routes.OpenIdMetadata + address.Path }.Distinct()
            .Select(path => root.MapMethods(path, GetAndHead, http => WriteAsync(http, documents.Metadata, MaxAge))),
    ];

    /// <summary>Of the userinfo endpoint as an API (RFC 9728 §3.1).</summary>
    public static IEndpointConventionBuilder MapUserInfoMetadata(this IEndpointRouteBuilder root, ServerAddress address)
    {
        var document = CachedDocument.Of(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["resource"] = address.Url(Routes.UserInfo),
            ["authorization_servers"] = new[] { address.Issuer },
            ["scopes_supported"] = PersonScopes.All.Where(scope => scope != PersonScopes.OfflineAccess),
            ["bearer_methods_supported"] = BearerMethods,
        }));
        return root.MapMethods(
            Routes.ResourceMetadata + address.Path + Routes.UserInfo, GetAndHead,
            http => WriteAsync(http, document, MaxAge));
    }

    /// <summary>The JWK Set, or 503 as long as there is no key.</summary>
    public static IEndpointConventionBuilder MapKeys(
        this IEndpointRouteBuilder routes, KeyRing keys, OAuthAnswers answers, RefusalLog refusals) =>
        routes.MapMethods(Routes.Keys, GetAndHead, http =>
        {
            if (keys.Current is { } ring) return WriteAsync(http, ring.Jwks, MaxAge);
            var refusal = OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);
            return answers.Refuse(refusals.Note(http, refusal)).ExecuteAsync(http);
        }).WithName("jwks");

    /// <summary>
    /// Ids of tokens that were revoked before they expired, for APIs that cannot wait (RFC 7009 §3): all of them, or
    /// what was added since the mark that an earlier answer carried. A mark that says nothing here is no mistake of the
    /// reader, so it gets the whole list.
    /// </summary>
    public static IEndpointConventionBuilder MapRevocations(this IEndpointRouteBuilder routes, RevocationList list) =>
        routes.MapMethods(Routes.Revocations, GetAndHead, async http =>
        {
            var since = http.Request.Query["since"] is [var mark] ? RevocationMark.Parse(mark) : null;
            var document = await list.ReadAsync(since, http.RequestAborted);
            await WriteAsync(http, document, "no-cache");
        });

    private static string[] GetAndHead => [HttpMethods.Get, HttpMethods.Head];

    // Without a result object and the request's services: some readers ask for nothing else.
    private static Task WriteAsync(HttpContext http, CachedDocument document, string caching)
    {
        var response = http.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.CacheControl = caching;
        if (IsHeld(document, http.Request.Headers.IfNoneMatch))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = "application/json";
        response.ContentLength = document.Body.Length;
        return HttpMethods.IsHead(http.Request.Method)
            ? Task.CompletedTask
            : response.BodyWriter.WriteAsync(document.Body, http.RequestAborted).AsTask();
    }

    // Tags come in lists, and a proxy that compresses weakens them: both still name the document (RFC 9110 §13.1.2).
    private static bool IsHeld(CachedDocument document, StringValues held)
    {
        if (held.Count == 0) return false;
        if (held == document.ETag) return true;
        var ours = EntityTagHeaderValue.Parse(document.ETag);
        return EntityTagHeaderValue.TryParseList(held, out var tags)
            && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(ours, useStrongComparison: false));
    }
}
