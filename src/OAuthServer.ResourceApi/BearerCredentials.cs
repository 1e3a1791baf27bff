using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Finds the bearer token of a request: the Authorization header alone counts (RFC 6750 §2.1, OAuth 2.1 §5.1); a
/// second place beside it is an error (RFC 6750 §2).
/// </summary>
internal static class BearerCredentials
{
    private const string Scheme = "Bearer";
    private const string Parameter = "access_token";
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    /// <summary>Reads the header. Neither a token nor a failure: the request brings no bearer token.</summary>
    public static (string? Token, BearerFailure? Failure) Read(HttpRequest request)
    {
        var values = request.Headers.Authorization;
        if (values.Count > 1) return (null, BearerFailure.Malformed("More than one Authorization header"));
        var header = values.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return (null, null);
        var rest = header.AsSpan(Scheme.Length);
        // "Bearerx" is another scheme; "Bearer" followed by anything but a blank is this one, malformed.
        if (rest.Length > 0 && IsSchemeCharacter(rest[0])) return (null, null);
        var token = rest.Trim(' ');
        if (token.IsEmpty || rest[0] != ' ' || !IsB64Token(token))
            return (null, BearerFailure.Malformed("The Authorization header is not 'Bearer' and one token"));
        if (request.Query.ContainsKey(Parameter))
            return (null, BearerFailure.Malformed("The access token is sent in more than one place"));
        return (token.ToString(), null);
    }

    /// <summary>
    /// True when a form body names an access token too. Asked only after the header's token was accepted, so that
    /// strangers cannot make the API buffer bodies; the body is rewound for the endpoint.
    /// </summary>
    public static async Task<bool> IsInFormAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return false;
        if (!type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase)) return false;
        request.EnableBuffering();
        using var reader = new FormReader(request.Body, System.Text.Encoding.UTF8);
        try
        {
            while (await reader.ReadNextPairAsync(ct) is { } pair)
            {
                if (pair.Key == Parameter) return true;
            }

            return false;
        }
        catch (InvalidDataException)
        {
            // Not a form the framework would read either: the endpoint will say so.
            return false;
        }
        finally
        {
            request.Body.Position = 0;
        }
    }

    private static bool IsSchemeCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static bool IsB64Token(ReadOnlySpan<char> token)
    {
        var body = token.TrimEnd('=');
        return !body.IsEmpty && !body.ContainsAnyExcept(TokenCharacters);
    }
}
