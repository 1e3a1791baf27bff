using System.Text.RegularExpressions;
using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.External;

/// <summary>What an operator may write in section <c>ExternalProviders</c>.</summary>
internal sealed partial class ExternalProviderValidator : OptionsValidator<ExternalProvidersOptions>
{
    private const string Section = $"{ExternalProvidersOptions.Section}:Providers";
    private const int LongestDisplayName = 40;

    // Their tokens name a tenant each: nobody's issuer.
    private static readonly string[] ManyTenants = ["/common/", "/organizations/", "/consumers/", "{tenantid}"];

    protected override IEnumerable<string?> Faults(ExternalProvidersOptions options) =>
    [
        .. options.Providers.SelectMany((provider, index) => Faults($"{Section}:{index}", provider)),
        .. Twice(options, provider => provider.Name, "Name"),
        .. Twice(options, ExternalProvider.IssuerOf, "Issuer"),
    ];

    private static IEnumerable<string?> Faults(string key, ExternalProviderOptions provider) =>
    [
        Rule(
            Name().IsMatch(provider.Name),
            $"{key}:Name must be 1 to 32 small letters, digits and hyphens, such as google."),
        Rule(
            !string.IsNullOrWhiteSpace(provider.DisplayName) && provider.DisplayName.Length <= LongestDisplayName
                && !provider.DisplayName.Any(char.IsControl),
            $"{key}:DisplayName must have 1 to 40 characters: it is what stands on the button."),
        Rule(Enum.IsDefined(provider.Kind), $"{key}:Kind must be OpenId or GitHub."),
        IssuerFault(key, provider),
        Rule(!string.IsNullOrWhiteSpace(provider.ClientId), $"{key}:ClientId is required: the provider gives it."),
        .. SecretFaults(key, provider),
        .. provider.RequiredClaims.Select((claim, index) => Rule(
            claim is { Name.Length: > 0, Value.Length: > 0 },
            $"{key}:RequiredClaims:{index} must have a Name and a Value.")),
        .. AllowedPlaces.Faults(key, provider.AllowedHosts, provider.AllowedNetworks),
    ];

    private static string? IssuerFault(string key, ExternalProviderOptions provider)
    {
        if (provider is { Kind: ExternalProviderKind.GitHub, Issuer.Length: 0 }) return null;
        if (!IsIssuer(provider.Issuer))
        {
            return $"{key}:Issuer must be the issuer of the provider, an https address without query and fragment "
                + "(http is for loopback addresses alone).";
        }

        return Rule(
            !ManyTenants.Any(many => provider.Issuer.Contains(many, StringComparison.OrdinalIgnoreCase)),
            $"{key}:Issuer is that of many tenants: write the one of yours, such as "
            + "https://login.microsoftonline.com/TENANT-ID/v2.0.");
    }

    private static bool IsIssuer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.UserInfo.Length == 0 && text.AsSpan().IndexOfAny("?# ") < 0;

    private static IEnumerable<string?> SecretFaults(string key, ExternalProviderOptions provider) =>
    [
        Rule(
            string.IsNullOrEmpty(provider.ClientSecret) || string.IsNullOrEmpty(provider.ClientSecretFile),
            $"{key}:ClientSecret and {key}:ClientSecretFile are two places for one secret: leave one of them out."),
        Rule(
            !string.IsNullOrEmpty(provider.ClientSecret) || !string.IsNullOrEmpty(provider.ClientSecretFile),
            $"{key}:ClientSecret or {key}:ClientSecretFile is required: the provider gives the secret."),
        Rule(
            string.IsNullOrEmpty(provider.ClientSecretFile) || File.Exists(provider.ClientSecretFile),
            $"{key}:ClientSecretFile must be a file that is there and may be read."),
    ];

    private static IEnumerable<string?> Twice(
        ExternalProvidersOptions options, Func<ExternalProviderOptions, string> value, string name) =>
        options.Providers.Select((provider, index) => Rule(
            !options.Providers.Take(index).Any(before => value(before) == value(provider)),
            $"{Section}:{index}:{name} is that of another provider of the list."));

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$")]
    private static partial Regex Name();
}
