using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// What <c>AllowedHosts</c> means here: any host unless it is set (docs/decisions/027-any-host-is-answered.md), the
/// issuer's own in any case, and probes whatever they call this machine.
/// </summary>
internal sealed class AnsweredHosts(IConfiguration configuration, ServerAddress address)
    : IOptionsMonitor<HostFilteringOptions>
{
    private const string Any = "*";

    /// <inheritdoc/>
    public HostFilteringOptions CurrentValue { get; } =
        new() { AllowedHosts = Hosts(configuration["AllowedHosts"], address), IncludeFailureMessage = false };

    /// <inheritdoc/>
    public HostFilteringOptions Get(string? name) => CurrentValue;

    /// <inheritdoc/>
    public IDisposable? OnChange(Action<HostFilteringOptions, string?> listener) => null;

    private static string[] Hosts(string? configured, ServerAddress address)
    {
        const StringSplitOptions Tidy = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        var hosts = (configured ?? "").Split(';', Tidy);
        return hosts.Length == 0 ? [Any] : [address.Host, .. hosts];
    }
}

/// <summary>The framework's own filter, at another place: it stands before everything else, probes included.</summary>
internal static class AnsweredHostsRegistration
{
    public static IServiceCollection AddAnsweredHosts(this IServiceCollection services)
    {
        services.AddSingleton<AnsweredHosts>();
        return services.Configure<HostFilteringOptions>(framework => framework.AllowedHosts = ["*"]);
    }

    public static IApplicationBuilder UseAnsweredHosts(this IApplicationBuilder app) => app.UseWhen(
        context => !Routes.IsProbe(context.Request.Path),
        rest => rest.UseMiddleware<HostFilteringMiddleware>(
            app.ApplicationServices.GetRequiredService<AnsweredHosts>()));
}
