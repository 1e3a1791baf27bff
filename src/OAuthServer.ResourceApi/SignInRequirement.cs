using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>How, and how long ago, the person behind a token has to have signed in (RFC 9470 §4).</summary>
/// <param name="Levels">The values of <c>acr</c> that will do, the preferred one first; empty for any.</param>
/// <param name="MaxAge">How long ago at most, in whole seconds; null for any time.</param>
internal sealed record SignInRequirement(IReadOnlyList<string> Levels, TimeSpan? MaxAge) : IAuthorizationRequirement
{
    /// <summary>What an endpoint demands over all its policies; null when it demands nothing.</summary>
    public static async Task<SignInRequirement?> OfAsync(Endpoint? endpoint, IAuthorizationPolicyProvider policies)
    {
        if (endpoint is null) return null;
        var policy = await AuthorizationPolicy.CombineAsync(
            policies,
            endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(),
            endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        var demands = policy?.Requirements.OfType<SignInRequirement>().ToList() ?? [];
        return demands.Count == 0 ? null : demands.Aggregate(Both);
    }

    // Each demand stands: the levels that all of them take, and the shortest time.
    private static SignInRequirement Both(SignInRequirement one, SignInRequirement other)
    {
        var levels = one.Levels.Count == 0 || other.Levels.Count == 0
            ? [.. one.Levels, .. other.Levels]
            : one.Levels.Intersect(other.Levels, StringComparer.Ordinal).ToList();
        var age = one.MaxAge is null || other.MaxAge < one.MaxAge ? other.MaxAge ?? one.MaxAge : one.MaxAge;
        return new SignInRequirement(levels, age);
    }
}

/// <summary>
/// Judges by what the token says of the sign-in, and by nothing else (RFC 9470 §6.1): what it does not say does not
/// count.
/// </summary>
internal sealed class SignInHandler(TimeProvider clock, IOptions<OAuthBearerOptions> options)
    : AuthorizationHandler<SignInRequirement>
{
    // Levels of this server have an order, and more than was asked for will do; all others are compared alone.
    private const string OneFactor = "1fa";
    private const string TwoFactors = "2fa";

    /// <summary>True when the token meets the demand.</summary>
    public bool IsMet(ClaimsPrincipal user, SignInRequirement demand) =>
        user.Identities.Any(identity => identity.AuthenticationType == OAuthBearerExtensions.Scheme
            && HasLevel(identity, demand.Levels) && IsRecent(identity, demand.MaxAge));

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, SignInRequirement requirement)
    {
        if (IsMet(context.User, requirement)) context.Succeed(requirement);
        return Task.CompletedTask;
    }

    private static bool HasLevel(ClaimsIdentity identity, IReadOnlyList<string> levels) =>
        levels.Count == 0
        || (identity.FindAll("acr").ToList() is [{ ValueType: ClaimValueTypes.String } level]
            && levels.Any(enough =>
                enough == level.Value || (enough == OneFactor && level.Value == TwoFactors)));

    // A number of the future is no sign-in; an age is counted in whole seconds, as the server counts it.
    private bool IsRecent(ClaimsIdentity identity, TimeSpan? most)
    {
        if (most is not { } longest) return true;
        if (identity.FindAll("auth_time").ToList() is not [var claim] || claim.ValueType == ClaimValueTypes.String)
            return false;
        if (!long.TryParse(claim.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var signedIn))
            return false;
        var age = clock.GetUtcNow().ToUnixTimeSeconds() - signedIn;
        return age <= (long)longest.TotalSeconds && -age <= (long)options.Value.ClockSkew.TotalSeconds;
    }
}
