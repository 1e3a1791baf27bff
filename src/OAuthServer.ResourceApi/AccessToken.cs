using System.Buffers.Text;
using System.Text.Json;

namespace OAuthServer.ResourceApi;

/// <summary>
/// A token taken apart before anything in it is believed: three parts, strict JSON, and the header that RFC 9068 §2.1
/// asks for. Holds a credential, so it cannot be printed.
/// </summary>
internal sealed record AccessToken(string Compact, string KeyId, JsonElement Payload)
{
    public const string Algorithm = "RS256";

    private const string NoJwt = "The access token is not a signed JWT";

    // RFC 7515 §4.1: keys named or brought by the token itself; a token of the authorization server never has them.
    private static readonly string[] KeyMembers = ["jku", "jwk", "x5u", "x5c"];

    /// <summary>Reads the compact form; the failure names what is wrong with the shape or the header.</summary>
    public static (AccessToken? Token, BearerFailure? Failure) Parse(string compact, int maximumLength)
    {
        if (compact.Length > maximumLength) return Refused("The access token is too long");
        var parts = compact.Split('.');
        if (parts.Length == 5) return Refused("Encrypted tokens are not accepted");
        // A signature too has one spelling: what checks it takes others on .NET 8.
        if (parts.Length != 3 || !IsEncoded(parts[2])) return Refused(NoJwt);
        if (!TryDecode(parts[0], out var header) || !TryDecode(parts[1], out var payload)) return Refused(NoJwt);
        if (HeaderFault(header) is { } fault) return Refused(fault);
        if (!header.TryGetText("kid", out var kid)) return Refused("The access token names no key");
        return (new AccessToken(compact, kid, payload), null);
    }

    public override string ToString() => nameof(AccessToken);

    private static string? HeaderFault(JsonElement header)
    {
        if (!header.TryGetText("alg", out var algorithm) || algorithm != Algorithm)
            return "The access token is not signed with RS256";
        if (!header.TryGetText("typ", out var type) || !IsAccessTokenType(type))
            return "The token is not an access token";
        if (header.TryGetProperty("crit", out _) || header.TryGetProperty("b64", out _))
            return "The access token has critical header parameters";
        return KeyMembers.Any(member => header.TryGetProperty(member, out _))
            ? "The access token brings its own key"
            : null;
    }

    // RFC 9068 §4, RFC 7515 §4.1.9: a media type, with or without its "application/", in any case.
    private static bool IsAccessTokenType(string type) =>
        type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase);

    private static bool TryDecode(string part, out JsonElement json)
    {
        json = default;
        return IsEncoded(part) && StrictJson.TryParseObject(Base64Url.DecodeFromChars(part), out json);
    }

    // The decoder accepts padding and blanks; RFC 7515 §2 does not.
    private static bool IsEncoded(string part) =>
        part.Length > 0 && !part.AsSpan().ContainsAny("=+/~") && Base64Url.IsValid(part);

    private static (AccessToken?, BearerFailure?) Refused(string reason) => (null, BearerFailure.Invalid(reason));
}
