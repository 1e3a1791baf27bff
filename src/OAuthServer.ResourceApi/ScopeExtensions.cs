using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using OAuthServer.ResourceApi;

#pragma warning disable IDE0130 // Where an application has its own usings: nobody has to look for it.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Asks for scopes at endpoints, route groups, controllers and in policies.</summary>
public static class ScopeExtensions
{
    /// <summary>
    /// Lets in only requests whose access token holds all these scopes; other tokens get 403 <c>insufficient_scope</c>
    /// (RFC 6750 §3.1). Several calls, as on a group and on its endpoint, add up.
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="scopes">One or more scopes, each a scope token of RFC 6749 §3.3.</param>
    /// <exception cref="ArgumentException">No scope is given, or one is not a scope token.</exception>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, params string[] scopes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(
            new AuthorizationPolicyBuilder(OAuthBearerExtensions.Scheme).RequireScope(scopes).Build());

    /// <summary>Adds the same demand to a policy, for controllers and named policies.</summary>
    /// <param name="policy">The policy under construction.</param>
    /// <param name="scopes">One or more scopes, each a scope token of RFC 6749 §3.3.</param>
    /// <exception cref="ArgumentException">No scope is given, or one is not a scope token.</exception>
    public static AuthorizationPolicyBuilder RequireScope(
        this AuthorizationPolicyBuilder policy, params string[] scopes)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(scopes);
        if (scopes.Length == 0 || !scopes.All(ScopeRequirement.IsScopeToken))
        {
            throw new ArgumentException(
                "Give one or more scopes, each without blanks, quotation marks and backslashes.", nameof(scopes));
        }

        return policy.AddAuthenticationSchemes(OAuthBearerExtensions.Scheme)
            .RequireAuthenticatedUser()
            .AddRequirements(new ScopeRequirement([.. scopes]));
    }
}
