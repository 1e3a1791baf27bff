using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Endpoints.Account.External;
using OAuthServer.Pages.Views;

namespace OAuthServer.Endpoints.Account;

/// <summary>What the sign-in page offers beside the password.</summary>
internal sealed class OtherWaysIn(PasskeyService passkeys, ExternalProviders providers)
{
    /// <summary>The page with a passkey's challenge and the buttons of other providers.</summary>
    public async Task<SignInView> OfferAsync(HttpContext http, SignInView view)
    {
        var ask = await passkeys.AskToSignInAsync(http);
        return view with
        {
            Passkey = ask is null ? null : new PasskeyAskView(ask.Options, ask.Ticket),
            Providers = [.. providers.All.Select(ProviderViews.Of)],
        };
    }

    /// <summary>What the redirects after the page's forms may reach.</summary>
    /// <param name="app">The same of the app that waits.</param>
    public string? FormActionSource(string? app) => ProviderViews.FormActionSource(providers, app);
}
