using System.Globalization;
using System.Text.Json;
using OAuthServer.Endpoints.Token;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints;

/// <summary>The answers for programs: JSON that is never cached (RFC 6749 §5.1, §5.2; RFC 7009 §2.2).</summary>
internal sealed class OAuthAnswers(ServerAddress address, GrantRefusals grants)
{
    private const int RetryAfterSeconds = 5;

    /// <summary>200 with tokens.</summary>
    public static IResult Grant(IssuedTokens tokens) => new JsonAnswer(StatusCodes.Status200OK, (json, _) =>
    {
        json.WriteString("access_token"u8, tokens.AccessToken);
        json.WriteString("token_type"u8, "Bearer"u8);
        json.WriteNumber("expires_in"u8, tokens.ExpiresIn);
        if (tokens.RefreshToken is { } refreshToken) json.WriteString("refresh_token"u8, refreshToken);
        if (tokens.IdToken is { } idToken) json.WriteString("id_token"u8, idToken);
        json.WriteString("scope"u8, tokens.Scope);
    });

    /// <summary>201 with a reference to a pushed request (RFC 9126 §2.2).</summary>
    public static IResult Pushed(string requestUri, long expiresIn) =>
        new JsonAnswer(StatusCodes.Status201Created, (json, _) =>
        {
            json.WriteString("request_uri"u8, requestUri);
            json.WriteNumber("expires_in"u8, expiresIn);
        });

    /// <summary>200 with what is said of a token (RFC 7662 §2.2).</summary>
    public static IResult Introspected(IReadOnlyDictionary<string, object> members) =>
        new JsonAnswer(StatusCodes.Status200OK, (json, _) =>
        {
            foreach (var (name, value) in members)
            {
                json.WritePropertyName(name);
                JsonSerializer.Serialize(json, value);
            }
        });

    /// <summary>200 with the same, signed (RFC 9701 §5).</summary>
    public static IResult Jwt(string signed) => new JwtAnswer(signed);

    /// <summary>200 with an empty object, since some clients fail on a body that is not JSON.</summary>
    public static IResult Done() => new JsonAnswer(StatusCodes.Status200OK, (_, _) => { });

    /// <summary>A refusal in the form of RFC 6749 §5.2. Every 401 carries a challenge (RFC 9110 §15.5.2).</summary>
    public IResult Refuse(OAuthError error) => new JsonAnswer(error.Status, (json, correlationId) =>
    {
        json.WriteString("error"u8, error.Code);
        // All 429 have one form, and say no more than that.
        if (error.Status == StatusCodes.Status429TooManyRequests) return;
        if (grants.Describe(error, correlationId) is { Length: > 0 } description)
            json.WriteString("error_description"u8, description);
        if (address.ErrorUri(error.Code) is { } uri) json.WriteString("error_uri"u8, uri);
    })
    {
        UsedUp = (error as BudgetRefusal)?.Budget,
    };

    // RFC 6749 §5.1.
    private static void KeepNowhere(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
    }

    private sealed class JwtAnswer(string signed) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = ContentNegotiation.IntrospectionJwt;
            KeepNowhere(response.Headers);
            return response.WriteAsync(signed, httpContext.RequestAborted);
        }
    }

    private sealed class JsonAnswer(int status, Action<Utf8JsonWriter, string> members) : IResult
    {
        /// <summary>The budget that a 429 tells of.</summary>
        public BudgetState? UsedUp { get; init; }

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            WriteHeaders(response.Headers);
            // Straight into the server's buffers: headers leave with the first flush, so the length can still be set.
            using var json = new Utf8JsonWriter(response.BodyWriter);
            json.WriteStartObject();
            members(json, httpContext.TraceIdentifier);
            json.WriteEndObject();
            json.Flush();
            response.ContentLength = json.BytesCommitted;
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }

        private void WriteHeaders(IHeaderDictionary headers)
        {
            KeepNowhere(headers);
            if (status == StatusCodes.Status401Unauthorized)
                headers.WWWAuthenticate = "Basic realm=\"OAuthServer\", charset=\"UTF-8\"";
            if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
                headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            if (UsedUp is { } budget) headers.WriteUsedUp(budget);
        }
    }
}
