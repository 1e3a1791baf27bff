using System.Reflection;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// The rules of <c>clients lint</c>, which are findings of the doctor too. Scripts and alarms name them.
/// </summary>
internal static class LintRules
{
    public const string BackchannelLogoutUriNotPublic = "backchannel_logout_uri_not_public";
    public const string BackchannelLogoutUriUnreadable = "backchannel_logout_uri_unreadable";
    public const string BackchannelLogoutUriWithoutHttps = "backchannel_logout_uri_without_https";
    public const string ClientDisabled = "client_disabled";
    public const string ClientNameHidesCharacters = "client_name_hides_characters";
    public const string ClientNameMixesScripts = "client_name_mixes_scripts";
    public const string ClientNameShared = "client_name_shared";
    public const string JwksUriNotPublic = "jwks_uri_not_public";
    public const string JwksUriUnreadable = "jwks_uri_unreadable";
    public const string KeyFitsNoAlgorithm = "key_fits_no_algorithm";
    public const string KeyShared = "key_shared";
    public const string KeyUnusable = "key_unusable";
    public const string KeyWithoutKid = "key_without_kid";
    public const string NoLiveSecret = "no_live_secret";
    public const string NoWayToAFirstToken = "no_way_to_a_first_token";
    public const string OfflineAccessOfNoUse = "offline_access_of_no_use";
    public const string PkceWaived = "pkce_waived";
    public const string RefreshRepeatsOfTabs = "refresh_repeats_of_tabs";
    public const string RedirectUriLocalhost = "redirect_uri_localhost";
    public const string RedirectUriShared = "redirect_uri_shared";
    public const string RedirectUriUnreadable = "redirect_uri_unreadable";
    public const string RedirectUriWithoutHttps = "redirect_uri_without_https";
    public const string ResourceUnknown = "resource_unknown";
    public const string SchemeAccepted = "scheme_accepted";
    public const string ScopeNotConfigured = "scope_not_configured";
    public const string SecondSecretWithoutEnd = "second_secret_without_end";
    public const string SecretCostAboveSetting = "secret_cost_above_setting";
    public const string SecretCostBelowSetting = "secret_cost_below_setting";
    public const string SecretEndsSoon = "secret_ends_soon";
    public const string SecretOfDemo = "secret_of_demo";
    public const string SecretUnused = "secret_unused";

    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(LintRules).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
    ];
}
