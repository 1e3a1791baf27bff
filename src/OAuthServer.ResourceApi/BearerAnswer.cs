using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Writes refusals: one <c>Bearer</c> challenge (RFC 6750 §3, RFC 9728 §5.1) and a small JSON body. Never a redirect.
/// </summary>
internal sealed class BearerAnswer(ServedResources resources, IOptions<OAuthBearerOptions> options)
{
    public const int RetryAfterSeconds = 5;

    /// <summary>
    /// Answers a request that authentication turned away. Where another token is needed, the challenge names the scopes
    /// that it has to have (RFC 6750 §3), so that a client asks for them once and not step by step.
    /// </summary>
    public Task WriteAsync(HttpResponse response, BearerFailure failure, IReadOnlyList<string> scopes)
    {
        if (failure.Kind == BearerFailureKind.Unavailable)
        {
            // Not the client's fault, so no challenge: it should come again with the same token.
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return WriteAsync(response, HttpStatusCode.ServiceUnavailable, "temporarily_unavailable");
        }

        var (status, challengeCode, bodyCode) = failure.Kind switch
        {
            BearerFailureKind.MissingToken => (HttpStatusCode.Unauthorized, null, "missing_token"),
            BearerFailureKind.InvalidRequest => (HttpStatusCode.BadRequest, "invalid_request", "invalid_request"),
            BearerFailureKind.TokenExpired => (HttpStatusCode.Unauthorized, "invalid_token", "token_expired"),
            _ => (HttpStatusCode.Unauthorized, "invalid_token", "invalid_token"),
        };
        var error = challengeCode is null
            ? ""
            : $", error=\"{challengeCode}\", error_description=\"{failure.Message}\"";
        var needed = status == HttpStatusCode.Unauthorized ? Needed(scopes) : "";
        response.Headers.WWWAuthenticate = Challenge(response.HttpContext.Request) + error + needed;
        return WriteAsync(response, status, bodyCode);
    }

    /// <summary>
    /// Answers a request whose token does not reach far enough, and names every scope that is needed.
    /// </summary>
    public Task WriteForbiddenAsync(HttpResponse response, IReadOnlyList<string> scopes)
    {
        var challenge = Challenge(response.HttpContext.Request);
        response.Headers.WWWAuthenticate = $"{challenge}, error=\"insufficient_scope\"{Needed(scopes)}";
        return WriteAsync(response, HttpStatusCode.Forbidden, "insufficient_scope");
    }

    /// <summary>
    /// Answers a request whose token says that the sign-in behind it does not do (RFC 9470 §3): all that the endpoint
    /// demands, so that one new request is enough.
    /// </summary>
    public Task WriteStepUpAsync(HttpResponse response, SignInRequirement demand, IReadOnlyList<string> scopes)
    {
        const string code = "insufficient_user_authentication";
        var levels = demand.Levels.Count == 0 ? "" : $", acr_values=\"{string.Join(' ', demand.Levels)}\"";
        var age = demand.MaxAge is { } most
            ? string.Create(CultureInfo.InvariantCulture, $", max_age=\"{(long)most.TotalSeconds}\"")
            : "";
        response.Headers.WWWAuthenticate =
            $"{Challenge(response.HttpContext.Request)}, error=\"{code}\"{levels}{age}{Needed(scopes)}";
        return WriteAsync(response, HttpStatusCode.Unauthorized, code);
    }

    private static string Needed(IReadOnlyList<string> scopes) =>
        scopes.Count == 0 ? "" : $", scope=\"{string.Join(' ', scopes)}\"";

    // No header takes part: which resource it is, its path alone says.
    private string Challenge(HttpRequest request)
    {
        var resource = resources.Of(request.PathBase.Add(request.Path));
        var realm = options.Value.Realm ?? resource?.Identifier ?? options.Value.ResourceIdentifier;
        var metadata = resource is null ? "" : $", resource_metadata=\"{resource.MetadataAddress.AbsoluteUri}\"";
        return $"Bearer realm=\"{realm}\"{metadata}";
    }

    private static async Task WriteAsync(HttpResponse response, HttpStatusCode status, string code)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"error":"{{code}}"}""");
        response.StatusCode = (int)status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method)) await response.Body.WriteAsync(body);
    }
}
