using System.Text.Json;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The claims of RFC 9068 §2.2 with the types of RFC 7519 §4.1. Times are seconds since 1970, possibly with a
/// fraction.
/// </summary>
internal sealed record AccessTokenClaims(string TokenId, double ExpiresAt, double IssuedAt, double? NotBefore)
{
    // 9999-12-31T23:59:59Z: beyond it a number is no date.
    private const double LastSecond = 253_402_300_799;

    private static readonly string[] RequiredTexts = ["iss", "sub", "client_id", "jti"];

    /// <summary>Checks presence and types; issuer, audience and signature are checked by the JWT library.</summary>
    public static (AccessTokenClaims? Claims, BearerFailure? Failure) Read(JsonElement payload)
    {
        foreach (var name in RequiredTexts)
        {
            if (!payload.TryGetText(name, out _)) return Refused($"The claim {name} is missing or not a string");
        }

        if (!IsAudience(payload)) return Refused("The claim aud is missing or malformed");
        if (!TryGetDate(payload, "exp", out var expires)) return Refused("The claim exp is missing or not a date");
        if (!TryGetDate(payload, "iat", out var issued)) return Refused("The claim iat is missing or not a date");
        var hasNotBefore = payload.TryGetProperty("nbf", out _);
        if (!TryGetDate(payload, "nbf", out var notBefore) && hasNotBefore)
            return Refused("The claim nbf is not a date");
        // The authorization server marks its access tokens in the payload as well.
        if (!payload.TryGetText("type", out var type) || type != "access")
            return Refused("The token is not an access token");
        if (payload.TryGetProperty("scope", out var scope) && scope.AsText() is null)
            return Refused("The claim scope is not a string");
        // RFC 7800 §3.1: a token bound to a key is not a bearer token; taking it as one would undo the binding.
        if (payload.TryGetProperty("cnf", out _)) return Refused("The access token is bound to a key");
        payload.TryGetText("jti", out var id);
        return (new AccessTokenClaims(id!, expires, issued, hasNotBefore ? notBefore : null), null);
    }

    /// <summary>Checks the times (RFC 7519 §4.1.4 to §4.1.6); null when the token is good now.</summary>
    public BearerFailure? FailureAt(DateTimeOffset time, OAuthBearerOptions options)
    {
        var now = time.ToUnixTimeMilliseconds() / 1000.0;
        var skew = options.ClockSkew.TotalSeconds;
        if (now >= ExpiresAt + skew) return BearerFailure.Expired();
        if (IssuedAt > now + skew || NotBefore > now + skew)
            return BearerFailure.Invalid("The access token is from the future");
        return ExpiresAt - IssuedAt > options.MaximumTokenLifetime.TotalSeconds
            ? BearerFailure.Invalid("The access token claims too long a life")
            : null;
    }

    private static bool IsAudience(JsonElement payload)
    {
        if (!payload.TryGetProperty("aud", out var audience)) return false;
        if (audience.ValueKind != JsonValueKind.Array) return IsName(audience);
        return audience.GetArrayLength() > 0 && audience.EnumerateArray().All(IsName);
    }

    private static bool IsName(JsonElement value) => !string.IsNullOrEmpty(value.AsText());

    private static bool TryGetDate(JsonElement payload, string name, out double seconds)
    {
        seconds = 0;
        return payload.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number
            && member.TryGetDouble(out seconds) && seconds is >= 0 and <= LastSecond;
    }

    private static (AccessTokenClaims?, BearerFailure?) Refused(string reason) =>
        (null, BearerFailure.Invalid(reason));
}
