using System.Buffers;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.OpenId;

/// <summary>
/// Finds the access token of a request to the userinfo endpoint. The Authorization header alone counts (RFC 6750 §2.1,
/// OAuth 2.1 §5.1); a second place beside it is an error (RFC 6750 §2).
/// </summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer";
    private const string Parameter = "access_token";

    /// <summary>No token was sent, so there is no error of the app's to tell of (RFC 6750 §3).</summary>
    public static OAuthError Missing { get; } =
        new("missing_token", "No access token was sent.", Reasons.BearerTokenMissing, 401);

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    /// <summary>The token, or why there is none.</summary>
    public static async ValueTask<Result<string>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var values = request.Headers.Authorization;
        if (values.Count > 1) return Malformed("There is more than one Authorization header.");
        var header = values.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return Missing;
        var rest = header[Scheme.Length..];
        // "Bearerx" is another scheme.
        if (rest.Length > 0 && rest[0] != ' ' && !char.IsWhiteSpace(rest[0])) return Missing;
        var token = rest.Trim(' ');
        if (!IsB64Token(token)) return Malformed("The Authorization header is not Bearer and one token.");
        return request.Query.ContainsKey(Parameter) || await IsInFormAsync(request, ct)
            ? Malformed("The access token is sent in more than one place.")
            : token;
    }

    private static OAuthError Malformed(string description) =>
        OAuthError.InvalidRequest(description, Reasons.BearerTokenMalformed);

    private static async ValueTask<bool> IsInFormAsync(HttpRequest request, CancellationToken ct) =>
        HttpMethods.IsPost(request.Method)
        && !(await FormReader.ReadAsync(request, ct)).Failed(out _, out var form)
        && form.Count(Parameter) > 0;

    private static bool IsB64Token(ReadOnlySpan<char> token)
    {
        var body = token.TrimEnd('=');
        return !body.IsEmpty && !body.ContainsAnyExcept(TokenCharacters);
    }
}
