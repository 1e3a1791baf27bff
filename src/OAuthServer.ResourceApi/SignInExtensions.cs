using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using OAuthServer.ResourceApi;

#pragma warning disable IDE0130 // Where an application has its own usings: nobody has to look for it.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>
/// Asks for a sign-in of some level, or of late, at endpoints, route groups and in policies (RFC 9470).
/// </summary>
public static class SignInExtensions
{
    /// <summary>
    /// Lets in only requests whose access token says that the person signed in with one of these levels (<c>acr</c>);
    /// other tokens get 401 <c>insufficient_user_authentication</c>, and the app begins a request with these
    /// <c>acr_values</c> (RFC 9470 §3, §4).
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="levels">The levels that will do, the preferred one first.</param>
    /// <exception cref="ArgumentException">No level is given, or one could not stand in a challenge.</exception>
    public static TBuilder RequireLevel<TBuilder>(this TBuilder builder, params string[] levels)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(
            new AuthorizationPolicyBuilder(OAuthBearerExtensions.Scheme).RequireLevel(levels).Build());

    /// <summary>
    /// Lets in only requests whose access token says that the person signed in no longer ago than this
    /// (<c>auth_time</c>); other tokens get the same challenge with <c>max_age</c>. A refreshed token is no younger.
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="maxAge">One second or more; parts of a second do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter than a second.</exception>
    public static TBuilder RequireRecentSignIn<TBuilder>(this TBuilder builder, TimeSpan maxAge)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(
            new AuthorizationPolicyBuilder(OAuthBearerExtensions.Scheme).RequireRecentSignIn(maxAge).Build());

    /// <summary>Adds the same demand to a policy, for controllers and named policies.</summary>
    /// <param name="policy">The policy under construction.</param>
    /// <param name="levels">The levels that will do, the preferred one first.</param>
    /// <exception cref="ArgumentException">No level is given, or one could not stand in a challenge.</exception>
    public static AuthorizationPolicyBuilder RequireLevel(
        this AuthorizationPolicyBuilder policy, params string[] levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        // A list of them is parted by blanks, as scopes are (RFC 9470 §3).
        if (levels.Length == 0 || !levels.All(ScopeRequirement.IsScopeToken))
        {
            throw new ArgumentException(
                "Give one or more levels, each without blanks, quotation marks and backslashes.", nameof(levels));
        }

        return Require(policy, new SignInRequirement([.. levels], null));
    }

    /// <summary>Adds the same demand to a policy, for controllers and named policies.</summary>
    /// <param name="policy">The policy under construction.</param>
    /// <param name="maxAge">One second or more; parts of a second do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter than a second.</exception>
    public static AuthorizationPolicyBuilder RequireRecentSignIn(
        this AuthorizationPolicyBuilder policy, TimeSpan maxAge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAge, TimeSpan.FromSeconds(1));
        return Require(policy, new SignInRequirement([], maxAge));
    }

    private static AuthorizationPolicyBuilder Require(AuthorizationPolicyBuilder policy, SignInRequirement demand)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.AddAuthenticationSchemes(OAuthBearerExtensions.Scheme)
            .RequireAuthenticatedUser()
            .AddRequirements(demand);
    }
}
