using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Validates an access token as RFC 9068 §4 orders it. Shape, header, claim types and times are judged here;
/// signature, issuer and audience by the JWT library, with exactly one key and one algorithm. Every refusal is a
/// <see cref="BearerFailure"/>.
/// </summary>
internal sealed class AccessTokenHandler(
    SigningKeys keys,
    RevocationList revocations,
    TokenIntrospection introspection,
    IOptions<OAuthBearerOptions> options,
    TimeProvider clock)
    : TokenHandler
{
    // What the token says of the sign-in (RFC 9068 §2.2.1).
    private static readonly (string Name, JsonValueKind Kind)[] SignInClaims =
        [("auth_time", JsonValueKind.Number), ("acr", JsonValueKind.String)];

    private readonly OAuthBearerOptions _options = options.Value;
    private readonly IReadOnlyList<string> _audiences = options.Value.Audiences;
    private readonly JsonWebTokenHandler _jwt = new() { MapInboundClaims = false };

    public override async Task<TokenValidationResult> ValidateTokenAsync(
        string token, TokenValidationParameters validationParameters)
    {
        // 1. Shape and header: nothing is fetched for what cannot be a token of ours.
        var longest = Math.Min(_options.MaximumTokenLength, MaximumTokenSizeInBytes);
        var (parsed, malformed) = AccessToken.Parse(token, longest);
        if (parsed is null) return Refuse(malformed!);
        var (claims, mistyped) = AccessTokenClaims.Read(parsed.Payload);
        if (claims is null) return Refuse(mistyped!);

        // 2. The key that the token names, out of the issuer's own set.
        var (key, keyless) = await keys.FindAsync(parsed.KeyId);
        if (key is null) return Refuse(keyless!);

        // 3. Signature, issuer, audience.
        var result = await _jwt.ValidateTokenAsync(token, Parameters(key));
        if (!result.IsValid) return Refuse(BearerFailure.Invalid(Reason(result.Exception)));

        LeaveOutMistyped(result.ClaimsIdentity, parsed.Payload);

        // 4. Times, and what only the server knows: only a genuine token learns that it is too old.
        if (claims.FailureAt(clock.GetUtcNow(), _options) is { } untimely) return Refuse(untimely);
        if (await revocations.FailureOfAsync(claims.TokenId) is { } revoked) return Refuse(revoked);
        return await introspection.FailureOfAsync(token, claims.ExpiresAt) is { } ended ? Refuse(ended) : result;
    }

    // The library makes the same claim of a value and of an array around it; what is no plain value says nothing.
    private static void LeaveOutMistyped(ClaimsIdentity identity, JsonElement payload)
    {
        foreach (var (name, kind) in SignInClaims)
        {
            if (!payload.TryGetProperty(name, out var member) || member.ValueKind == kind) continue;
            foreach (var claim in identity.FindAll(name).ToList()) identity.RemoveClaim(claim);
        }
    }

    public override SecurityToken ReadToken(string token) => _jwt.ReadToken(token);

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        TryAllIssuerSigningKeys = false,
        ValidAlgorithms = [AccessToken.Algorithm],
        ValidIssuer = _options.Issuer,
        ValidAudiences = _audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        // Checked above, by the injected clock.
        ValidateLifetime = false,
        AuthenticationType = OAuthBearerExtensions.Scheme,
        NameClaimType = JwtRegisteredClaimNames.Sub,
        RoleClaimType = "roles",
        LogValidationExceptions = false,
    };

    // The library's own messages may quote the token's values; these do not.
    private static string Reason(Exception? fault) => fault switch
    {
        SecurityTokenInvalidIssuerException => "The access token is from another issuer",
        SecurityTokenInvalidAudienceException => "The access token is for another resource",
        SecurityTokenInvalidSignatureException => "The signature of the access token is wrong",
        _ => "The access token is not valid",
    };

    private static TokenValidationResult Refuse(BearerFailure failure) =>
        new() { IsValid = false, Exception = failure, ClaimsIdentity = new ClaimsIdentity() };
}
