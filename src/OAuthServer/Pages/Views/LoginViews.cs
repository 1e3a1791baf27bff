using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

/// <summary>Another provider at which people can sign in.</summary>
/// <param name="Name">Posted back as it is.</param>
/// <param name="DisplayName">As people call it.</param>
public sealed record ProviderView(string Name, string DisplayName);

/// <summary>A provider that an account is linked to.</summary>
/// <param name="Issuer">Posted back to remove it.</param>
/// <param name="Provider">As people call it.</param>
/// <param name="Name">What the person is called there; null where that is not known.</param>
/// <param name="LinkedAt">Since when.</param>
/// <param name="UsedAt">When it signed in last; null for never.</param>
public sealed record LoginView(
    string Issuer, string Provider, string? Name, DateTimeOffset LinkedAt, DateTimeOffset? UsedAt);

/// <summary>The providers of an account.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Logins">The oldest first.</param>
/// <param name="Others">Those that it is not linked to.</param>
public sealed record LoginsView(
    string UserName, IReadOnlyList<LoginView> Logins, IReadOnlyList<ProviderView> Others)
{
    /// <summary>Where the person signs in first to change something; null where they need not.</summary>
    public string? SignInUrl { get; init; }

    /// <summary>What was wrong with the last try; null for nothing.</summary>
    public Words? Fault { get; init; }

    /// <summary>What was just done; null for nothing.</summary>
    public Words? Notice { get; init; }
}
