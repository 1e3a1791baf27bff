using OAuthServer.Configuration;
using OAuthServer.Diagnostics;
using OAuthServer.Http;
using OAuthServer.Keys;
using OAuthServer.Protocol;

namespace OAuthServer.Discovery;

/// <summary>Metadata (RFC 8414), keys (RFC 7517) and revoked tokens. The first two come from memory, also with the database dead.</summary>
internal static class DiscoveryEndpoints
{
    /// <summary>For how long readers may keep the metadata and the keys; <c>keys promote</c> waits for longer than this.</summary>
    public const int MaxAgeSeconds = SigningKeyOptions.JwksMaxAgeSeconds;

    private const string MetadataRoute = "/.well-known/oauth-authorization-server";
    private const string KeysRoute = "/.well-known/jwks.json";
    private const string RevocationsRoute = "/oauth/revocations";

    /// <summary>The metadata stands at the host's root with the issuer's path behind it (RFC 8414 §3.1), whatever group the rest is in.</summary>
    public static IEndpointConventionBuilder MapMetadata(this IEndpointRouteBuilder root, ServerAddress address) =>
        root.MapMethods(MetadataRoute + address.Path, GetAndHead, (HttpContext http, DiscoveryDocuments documents) => Answer(http, documents.Metadata, MaxAgeSeconds));

    public static IEndpointConventionBuilder MapKeys(this IEndpointRouteBuilder routes, RefusalLog refusals) =>
        routes.MapMethods(KeysRoute, GetAndHead, (HttpContext http, KeyRing keys) => keys.Current is { } ring
            ? Answer(http, new(ring.JwksDocument, ring.JwksETag), MaxAgeSeconds)
            : OAuthAnswer.Refuse(refusals.Note(http, OAuthError.TemporarilyUnavailable("signing_key_missing")))).WithName("jwks");

    /// <summary>Ids of tokens that were revoked before they expired, for APIs that cannot wait (RFC 7009 §3).</summary>
    public static IEndpointConventionBuilder MapRevocations(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(RevocationsRoute, GetAndHead, async (HttpContext http, RevocationList list, CancellationToken ct) => Answer(http, await list.ReadAsync(ct), 0));

    private static string[] GetAndHead => [HttpMethods.Get, HttpMethods.Head];

    private static DocumentAnswer Answer(HttpContext http, CachedDocument document, int maxAge) =>
        new(document, maxAge, http.Request.Headers.IfNoneMatch.Any(tag => tag == document.ETag));

    private sealed class DocumentAnswer(CachedDocument document, int maxAge, bool unchanged) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.Headers.ETag = document.ETag;
            response.Headers.CacheControl = maxAge == 0 ? "no-cache" : $"public, max-age={maxAge}";
            if (unchanged)
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            response.ContentType = "application/json";
            response.ContentLength = document.Body.Length;
            return HttpMethods.IsHead(httpContext.Request.Method) ? Task.CompletedTask : response.BodyWriter.WriteAsync(document.Body, httpContext.RequestAborted).AsTask();
        }
    }
}
