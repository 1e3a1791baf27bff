using OAuthServer.Accounts.External;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>What pages are told of providers.</summary>
internal static class ProviderViews
{
    public static ProviderView Of(ExternalProvider provider) => new(provider.Name, provider.DisplayName);

    /// <summary>What the redirects after a form with their buttons may reach; null for nothing.</summary>
    /// <param name="providers">Those with a button.</param>
    /// <param name="app">The same of the app that waits.</param>
    public static string? FormActionSource(ExternalProviders providers, string? app = null)
    {
        var sources = providers.All.Select(provider => RedirectUri.ContentSecurityPolicySource(provider.Issuer));
        var all = sources.Append(app).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? null : string.Join(' ', all);
    }
}
