using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.External;

/// <summary>Claims of providers (OpenID Connect Core §5.1).</summary>
internal static class UpstreamClaims
{
    public const string Subject = "sub";
    public const string Name = "name";
    public const string UserName = "preferred_username";
    public const string Email = "email";
    public const string EmailVerified = "email_verified";
    public const string Acr = "acr";
    public const string Amr = "amr";
    public const string AuthTime = "auth_time";

    /// <summary>Before the name of what the userinfo endpoint said, which is kept apart from the ID token.</summary>
    public const string UserInfo = "userinfo:";
}

/// <summary>Who somebody is, by a provider's answer that was checked.</summary>
/// <param name="Login">Issuer and subject.</param>
/// <param name="Address">The address that is verified there; null for none.</param>
/// <param name="Methods">What their sign-in is worth here.</param>
/// <param name="AuthenticatedAt">When they signed in there; null where that is not said.</param>
internal sealed record UpstreamIdentity(
    LoginKey Login, ProvenAddress? Address, SignInMethods Methods, DateTimeOffset? AuthenticatedAt)
{
    private const int LongestSubject = 255;
    private const int LongestName = 256;

    /// <summary>Null for an answer without a usable subject, or of somebody whom the operator does not take.</summary>
    public static UpstreamIdentity? Read(
        ExternalProvider provider, ClaimsPrincipal answer, ILookupNormalizer normalizer)
    {
        if (answer.FindAll(UpstreamClaims.Subject).ToList() is not [{ Value: var subject }]) return null;
        if (subject.Length is 0 or > LongestSubject || !IsPlain(subject)) return null;
        var options = provider.Options;
        if (!options.RequiredClaims.All(claim => answer.HasClaim(claim.Name, claim.Value))) return null;
        var (address, isVerified) = AddressOf(answer);
        return new UpstreamIdentity(
            new LoginKey(provider.Issuer, subject, NameOf(answer, address)),
            isVerified || options.TrustAddresses ? Proven(address, normalizer) : null,
            MethodsOf(options, answer),
            AuthTimeOf(answer));
    }

    // An address and what is said of it come from one place. What is not said is not so (Core §5.1).
    private static (string? Address, bool IsVerified) AddressOf(ClaimsPrincipal answer)
    {
        foreach (var place in (string[])["", UpstreamClaims.UserInfo])
        {
            if (answer.FindFirstValue(place + UpstreamClaims.Email) is not { Length: > 0 } address) continue;
            var verified = answer.FindFirstValue(place + UpstreamClaims.EmailVerified);
            return (address, string.Equals(verified, "true", StringComparison.OrdinalIgnoreCase));
        }

        return (null, false);
    }

    private static ProvenAddress? Proven(string? address, ILookupNormalizer normalizer) =>
        address is not null && TypedAddress.Read(address, normalizer) is { } typed
            ? new ProvenAddress(typed.Text, typed.Normalized)
            : null;

    // What the person recognises; nothing follows from it.
    private static string? NameOf(ClaimsPrincipal answer, string? address)
    {
        string?[] names =
        [
            address,
            answer.FindFirstValue(UpstreamClaims.UserName),
            answer.FindFirstValue(UpstreamClaims.Name),
            answer.FindFirstValue(UpstreamClaims.UserInfo + UpstreamClaims.Name),
        ];
        return names.FirstOrDefault(name => name is { Length: > 0 and <= LongestName } && IsPlain(name));
    }

    private static bool IsPlain(string text) => !text.Any(char.IsControl) && OpaqueString.Of(text) is not null;

    private static SignInMethods MethodsOf(ExternalProviderOptions options, ClaimsPrincipal answer) =>
        answer.FindAll(UpstreamClaims.Acr).Any(acr => options.TwoFactorAcr.Contains(acr.Value))
        || answer.FindAll(UpstreamClaims.Amr).Any(amr => options.TwoFactorAmr.Contains(amr.Value))
            ? SignInMethods.ExternalTwoFactors
            : SignInMethods.External;

    private static DateTimeOffset? AuthTimeOf(ClaimsPrincipal answer) =>
        answer.FindFirstValue(UpstreamClaims.AuthTime) is { } time
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
