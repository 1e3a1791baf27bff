using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Compares the levels that endpoints demand with those that the authorization server says it has
/// (<c>acr_values_supported</c>, RFC 9470 §7): nobody can ever reach another one.
/// </summary>
internal sealed class OfferedLevels(
    EndpointDataSource endpoints, IAuthorizationPolicyProvider policies, ILogger<OfferedLevels> logger)
    : IHealthCheck
{
    private volatile IReadOnlyList<string>? _offered;

    /// <summary>Takes what the metadata says, and logs what is missing from it.</summary>
    public async Task CompareAsync(string issuer, IReadOnlyList<string> offered)
    {
        var same = _offered?.SequenceEqual(offered) == true;
        _offered = offered;
        if (same || await MissingAsync(offered) is not { Count: > 0 } missing) return;
        logger.LevelsMissing(issuer, string.Join(' ', missing));
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_offered is not { } offered) return HealthCheckResult.Healthy("No token had to be checked yet.");
        return await MissingAsync(offered) is { Count: > 0 } missing
            ? HealthCheckResult.Degraded(
                $"Nobody can reach {string.Join(' ', missing)}: acr_values_supported of the authorization server does "
                + "not list it.")
            : HealthCheckResult.Healthy();
    }

    // Of an endpoint that takes several levels one is enough.
    private async Task<IReadOnlyList<string>> MissingAsync(IReadOnlyList<string> offered)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.Endpoints)
        {
            var levels = (await SignInRequirement.OfAsync(endpoint, policies))?.Levels ?? [];
            if (levels.Count > 0 && !levels.Intersect(offered, StringComparer.Ordinal).Any()) missing.UnionWith(levels);
        }

        return [.. missing];
    }
}
