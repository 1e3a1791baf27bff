using Microsoft.Extensions.Options;
using OAuthServer.Protocol;

namespace OAuthServer.Accounts.External;

/// <summary>Another identity provider at which people may sign in.</summary>
internal sealed class ExternalProvider(ExternalProviderOptions options)
{
    /// <summary>The constant issuer of github.com, which has none of OpenID Connect.</summary>
    public const string GitHub = "https://github.com";

    private const string SchemePrefix = "external:";

    /// <summary>In addresses.</summary>
    public string Name => options.Name;

    /// <summary>On pages.</summary>
    public string DisplayName => options.DisplayName;

    /// <summary>Half of what names a person there.</summary>
    public string Issuer => IssuerOf(options);

    /// <summary>The authentication scheme.</summary>
    public string Scheme => SchemeOf(options);

    public ExternalProviderOptions Options => options;

    /// <summary>Where its answer comes, below the issuer: an address of its own for each (RFC 9700 §4.4.2).</summary>
    public string CallbackRoute => $"{Routes.External}/{options.Name}/callback";

    /// <summary>As it is now.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    public string Secret() => string.IsNullOrEmpty(options.ClientSecretFile)
        ? options.ClientSecret ?? ""
        : File.ReadAllText(options.ClientSecretFile).Trim();

    public static string SchemeOf(ExternalProviderOptions options) => SchemePrefix + options.Name;

    /// <summary>As it is configured, or the constant one.</summary>
    public static string IssuerOf(ExternalProviderOptions options) =>
        options is { Kind: ExternalProviderKind.GitHub, Issuer.Length: 0 } ? GitHub : options.Issuer;
}

/// <summary>All of them.</summary>
internal sealed class ExternalProviders(IOptions<ExternalProvidersOptions> options)
{
    /// <summary>In the order of their buttons.</summary>
    public IReadOnlyList<ExternalProvider> All { get; } =
        [.. options.Value.Providers.Select(provider => new ExternalProvider(provider))];

    /// <summary>What counts as a way in.</summary>
    public string[] Issuers => [.. All.Select(provider => provider.Issuer)];

    /// <summary>The one of this name; null for none.</summary>
    public ExternalProvider? Find(string? name) => All.FirstOrDefault(provider => provider.Name == name);

    public ExternalProvider? OfScheme(string? scheme) => All.FirstOrDefault(provider => provider.Scheme == scheme);

    public ExternalProvider? OfIssuer(string issuer) => All.FirstOrDefault(provider => provider.Issuer == issuer);
}
