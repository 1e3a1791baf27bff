using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi;

/// <summary>
/// All of these scopes must be in the token's <c>scope</c> (RFC 9068 §4), compared case-sensitively as whole words
/// (RFC 6749 §3.3).
/// </summary>
internal sealed class ScopeRequirement(IReadOnlyList<string> scopes)
    : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public IReadOnlyList<string> Scopes { get; } = scopes;

    /// <summary>RFC 6749 §3.3: one or more of %x21 / %x23-5B / %x5D-7E.</summary>
    public static bool IsScopeToken(string? scope) =>
        !string.IsNullOrEmpty(scope) && scope.All(c => c is >= '!' and <= '~' and not ('"' or '\\'));

    /// <summary>
    /// Every scope that an endpoint asks for, over all its policies, in the order of their first mention.
    /// </summary>
    public static async Task<IReadOnlyList<string>> OfAsync(Endpoint? endpoint, IAuthorizationPolicyProvider policies)
    {
        if (endpoint is null) return [];
        var policy = await AuthorizationPolicy.CombineAsync(
            policies,
            endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(),
            endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
        var requirements = policy?.Requirements.OfType<ScopeRequirement>() ?? [];
        return [.. requirements.SelectMany(requirement => requirement.Scopes).Distinct()];
    }

    public override string ToString() => $"scope: {string.Join(' ', Scopes)}";

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        // Each identity on its own: the scopes of two credentials do not add up.
        if (context.User.Identities.Any(identity => Holds(identity, requirement.Scopes))) context.Succeed(requirement);
        return Task.CompletedTask;
    }

    private static bool Holds(ClaimsIdentity identity, IReadOnlyList<string> needed)
    {
        var held = identity.FindFirst("scope")?.Value.Split(' ') ?? [];
        return identity.AuthenticationType == OAuthBearerExtensions.Scheme
            && needed.All(scope => held.Contains(scope, StringComparer.Ordinal));
    }
}
