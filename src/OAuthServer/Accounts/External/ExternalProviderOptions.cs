namespace OAuthServer.Accounts.External;

/// <summary>How a provider is spoken to.</summary>
internal enum ExternalProviderKind
{
    /// <summary>OpenID Connect, by discovery.</summary>
    OpenId,

    /// <summary>GitHub, or a GitHub Enterprise Server: OAuth without OpenID Connect.</summary>
    GitHub,
}

/// <summary>Section <c>ExternalProviders</c>: where people may sign in instead (docs/external-providers.md).</summary>
internal sealed class ExternalProvidersOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "ExternalProviders";

    /// <summary>The providers, in the order of their buttons.</summary>
    public IList<ExternalProviderOptions> Providers { get; init; } = [];
}

/// <summary>One of the providers.</summary>
internal sealed class ExternalProviderOptions
{
    /// <summary>
    /// Small letters, digits and hyphens. Part of the address <c>/account/external/NAME/callback</c> below the issuer,
    /// which is registered at the provider.
    /// </summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>What people call it, as it stands on its button.</summary>
    public string DisplayName { get; set; } = string.Empty;

    /// <summary><c>OpenId</c> or <c>GitHub</c>.</summary>
    public ExternalProviderKind Kind { get; set; } = ExternalProviderKind.OpenId;

    /// <summary>
    /// The issuer, byte for byte as the provider's tokens have it; of Microsoft Entra that of one tenant. With
    /// <c>GitHub</c> the address of an Enterprise Server, or nothing for github.com.
    /// </summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>Who we are to the provider.</summary>
    public string ClientId { get; set; } = string.Empty;

    /// <summary>The secret of <see cref="ClientId"/>.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>A file with the secret instead, read at each sign-in.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>Whether somebody gets an account here who has none. If not, they are told so.</summary>
    public bool CreateAccounts { get; set; }

    /// <summary>
    /// Whether every address that the provider names counts as verified: only where nobody but your own administrators
    /// writes them there.
    /// </summary>
    public bool TrustAddresses { get; set; }

    /// <summary>
    /// Whether the provider's userinfo endpoint is asked too, for an address that its ID tokens lack.
    /// </summary>
    public bool UserInfo { get; set; }

    /// <summary>Values of the provider's <c>acr</c> that count as two factors here.</summary>
    public IList<string> TwoFactorAcr { get; init; } = [];

    /// <summary>Values of the provider's <c>amr</c> that count as two factors here.</summary>
    public IList<string> TwoFactorAmr { get; init; } = [];

    /// <summary>
    /// Claims that an ID token has to have, such as <c>hd</c> for the people of one Google Workspace.
    /// </summary>
    public IList<RequiredClaimOptions> RequiredClaims { get; init; } = [];

    /// <summary>Hosts with private addresses that may be called beside that of the issuer.</summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Private networks that may be called, such as <c>10.20.0.0/16</c>.</summary>
    public IList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Holds the secret.</summary>
    public override string ToString() => Name;
}

/// <summary>A claim that has to be there.</summary>
internal sealed class RequiredClaimOptions
{
    /// <summary>The claim.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Its value.</summary>
    public string Value { get; set; } = string.Empty;
}
