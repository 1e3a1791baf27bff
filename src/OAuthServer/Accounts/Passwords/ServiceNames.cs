using OAuthServer.Settings;

namespace OAuthServer.Accounts.Passwords;

/// <summary>What this service is called: nobody's password may be made of that.</summary>
/// <param name="address">Its host is one of the names.</param>
/// <param name="brand">The operator's own name for it; null for none.</param>
internal sealed class ServiceNames(ServerAddress address, string? brand)
{
    private const string Product = "oauthserver";

    public IReadOnlyList<string> All { get; } = [address.Host, brand ?? Product, Product];
}
