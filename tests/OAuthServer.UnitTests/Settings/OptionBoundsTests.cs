using System.Globalization;
using OAuthServer.UnitTests.Documentation;

namespace OAuthServer.UnitTests.Settings;

/// <summary>
/// The bounds of every option: the last allowed value passes, and one beyond it is a fault that names its key.
/// </summary>
public sealed class OptionBoundsTests
{
    // A configuration that is right, and leaves each bound of a single option to that option.
    private static readonly Dictionary<string, string> Right = new(StringComparer.Ordinal)
    {
        ["OAuth:Issuer"] = "https://as.example.test",
        ["ConnectionStrings:OAuthServer"] = "Host=db;Username=oauth",
        ["AWS_REGION"] = "eu-central-1",
        ["SigningKeys:PublishBeforeSigning"] = "30.00:00:00",
        ["Shutdown:DrainTime"] = "00:00:00",
    };

    /// <summary>Key, lowest and highest allowed value; empty where another option is the bound.</summary>
    public static TheoryData<string, string, string> Figures => new()
    {
        { "Audit:SealInterval", "00:00:01", "1.00:00:00" },
        { "Audit:Retention", "1.00:00:00", "36500.00:00:00" },
        { "ClientSecrets:Cost", "10", "14" },
        { "Clients:CacheLifetime", "00:00:01", "00:05:00" },
        { "BackChannelLogout:PollInterval", "00:00:00.05", "01:00:00" },
        { "BackChannelLogout:ExpiryInterval", "00:00:00.05", "01:00:00" },
        { "BackChannelLogout:RequestTimeout", "00:00:01", "00:00:30" },
        { "BackChannelLogout:FirstPause", "00:00:00.05", "01:00:00" },
        { "BackChannelLogout:LongestPause", "00:00:10", "1.00:00:00" },
        { "BackChannelLogout:GiveUpAfter", "00:00:01", "7.00:00:00" },
        { "ClientKeys:CacheLifetime", "00:00:01", "00:05:00" },
        { "ClientKeys:RefetchPause", "00:00:01", "00:05:00" },
        { "ClientKeys:FetchTimeout", "00:00:01", "00:00:30" },
        { "Mail:Port", "1", "65535" },
        { "Mail:PollInterval", "00:00:00.05", "01:00:00" },
        { "Mail:Timeout", "00:00:01", "00:05:00" },
        { "Mail:FirstPause", "00:00:00.05", "01:00:00" },
        { "Mail:LongestPause", "00:00:01", "01:00:00" },
        { "Mail:MostAnHour", "1", "1000" },
        { "Mail:MostWaiting", "1", "1000000" },
        { "OAuth:AuthorizationCodeLifetime", "00:00:00.0000001", "00:10:00" },
        { "Management:LongestSignIn", "00:01:00", "12:00:00" },
        { "OAuth:AccessTokenLifetime", "00:01:00", "01:00:00" },
        { "OAuth:PushedRequestLifetime", "00:00:05", "00:10:00" },
        { "OAuth:RefreshTokenLifetime", "00:15:00.0000001", "" },
        { "OAuth:RefreshTokenFamilyLifetime", "7.00:00:00", "" },
        { "OAuth:RefreshRetryWindow", "00:00:00", "00:05:00" },
        { "RateLimiting:Authorize:PermitLimit", "1", "1000000" },
        { "RateLimiting:Authorize:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Token:PermitLimit", "1", "1000000" },
        { "RateLimiting:Token:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Revoke:PermitLimit", "1", "1000000" },
        { "RateLimiting:Revoke:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Revocations:PermitLimit", "1", "1000000" },
        { "RateLimiting:Revocations:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:SignIn:PermitLimit", "1", "1000000" },
        { "RateLimiting:SignIn:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Admin:PermitLimit", "1", "1000000" },
        { "RateLimiting:Admin:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Mail:PermitLimit", "1", "1000000" },
        { "RateLimiting:Mail:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:ClientSecrets:PermitLimit", "1", "1000000" },
        { "RateLimiting:ClientSecrets:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Passwords:PermitLimit", "1", "1000000" },
        { "RateLimiting:Passwords:Window", "00:00:00.1", "1.00:00:00" },
        { "RateLimiting:Shared:TimeLimit", "00:00:00.005", "00:00:01" },
        { "RateLimiting:Shared:Pause", "00:00:01", "00:05:00" },
        { "Passwords:BreachTimeout", "00:00:00.1", "00:00:10" },
        { "SecondFactor:RememberBrowserFor", "00:00:00", "90.00:00:00" },
        { "Shutdown:DrainTime", "00:00:00", "00:00:24.9999999" },
        { "Shutdown:Timeout", "00:00:01", "00:10:00" },
        { "SigningKeys:PollInterval", "00:00:01", "1.00:00:00" },
        { "SigningKeys:PublishBeforeSigning", "01:15:00", "30.00:00:00" },
        { "SigningKeys:RotateEvery", "1.00:00:00", "3650.00:00:00" },
        { "Sweeper:Interval", "00:00:01", "1.00:00:00" },
        { "Sweeper:BatchSize", "1", "1000" },
        { "Sweeper:StatementTimeout", "00:00:00.01", "00:01:00" },
        { "Sweeper:Pause", "00:00:00", "00:00:10" },
        { "Sweeper:KeepRefreshTokens", "00:00:00", "400.00:00:00" },
        { "Sweeper:KeepSessions", "00:00:00", "400.00:00:00" },
        { "Sweeper:KeepLogoutNotices", "00:00:00", "400.00:00:00" },
        { "Sweeper:KeepMails", "01:00:00", "400.00:00:00" },
        { "Sweeper:KeepLinks", "00:00:00", "400.00:00:00" },
    };

    /// <summary>Key, a value at the edge of what is allowed, and one beyond it.</summary>
    public static TheoryData<string, string, string> Texts => new()
    {
        { "SigningKeys:SecretId", "s", "" },
        { "SigningKeys:SecretId", new('s', 2048), new('s', 2049) },
        { "SigningKeys:Region", new('r', 40), new('r', 41) },
        { "SigningKeys:Region", "r", "" },
        { "SigningKeys:Region", "eu-central-1", "eu-Central-1" },
        { "SigningKeys:ServiceUrl", "http://store.example", "ftp://store.example" },
        { "SigningKeys:ServiceUrl", "https://store.example/path", "https://store.example/path?query" },
        { "SigningKeys:ServiceUrl", "https://store.example", "https://store.example#fragment" },
        { "SigningKeys:ServiceUrl", "https://store.example:8443", "https://user@store.example:8443" },
        { "SigningKeys:ServiceUrl", "https://store.example", "store.example" },
        { "BackChannelLogout:AllowedHosts:0", "shop.corp.example", "10.0.0.1" },
        { "BackChannelLogout:AllowedNetworks:0", "10.20.0.0/16", "0.0.0.0/0" },
        { "ClientKeys:AllowedHosts:0", "keys.corp.example", "10.0.0.1" },
        { "ClientKeys:AllowedHosts:0", "localhost", "https://localhost" },
        { "ClientKeys:AllowedHosts:0", "localhost", "localhost:8443" },
        { "ClientKeys:AllowedNetworks:0", "10.20.0.0/16", "10.20.0.1/16" },
        { "ClientKeys:AllowedNetworks:0", "128.0.0.0/1", "0.0.0.0/0" },
        { "ClientKeys:AllowedNetworks:0", "::1/128", "::1" },
        { "ForwardedHeaders:KnownProxies:0", "0.0.0.1", "0.0.0.0" },
        { "ForwardedHeaders:KnownProxies:0", "::1", "::" },
        { "ForwardedHeaders:KnownNetworks:0", "10.0.0.0/8", "10.0.0.0/7" },
        { "ForwardedHeaders:KnownNetworks:0", "::ffff:10.0.0.0/104", "::ffff:10.0.0.0/103" },
        { "ForwardedHeaders:KnownNetworks:0", "2000::/16", "2000::/15" },
        { "ForwardedHeaders:KnownNetworks:0", "fc00::/7", "fc00::/6" },
        { "ForwardedHeaders:KnownNetworks:0", "fd00::/8", "fe00::/8" },
    };

    [Theory]
    [MemberData(nameof(Figures))]
    public void The_last_allowed_figure_passes_and_the_next_one_is_named(string key, string lowest, string highest)
    {
        AssertEdge(key, lowest, Step(lowest, -1));
        if (highest.Length > 0) AssertEdge(key, highest, Step(highest, +1));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void The_last_allowed_text_passes_and_one_beyond_it_is_named(string key, string allowed, string beyond) =>
        AssertEdge(key, allowed, beyond);

    [Fact]
    public void Every_figure_and_every_length_of_time_is_in_the_table()
    {
        var figures = ConfigurationPage.Settings()
            .Where(setting => setting.Kind is "number" or "time").Select(setting => setting.Key);
        var keys = Figures.Select(row => row.Data.Item1);
        Assert.Equal(figures.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("SigningKeys:Region", "eu-central-1")]
    [InlineData("SigningKeys:ServiceUrl", "https://store.example")]
    [InlineData("SigningKeys:Source", "File")]
    [InlineData("AWS_REGION", "eu-central-1")]
    [InlineData("AWS_DEFAULT_REGION", "eu-central-1")]
    public void Any_of_these_stands_for_the_region(string key, string value)
    {
        var without = Right.Where(setting => setting.Key != "AWS_REGION").ToDictionary();
        Assert.StartsWith("SigningKeys:Region is required", Assert.Single(Faults(without)), StringComparison.Ordinal);

        Assert.Empty(Faults(new(without) { [key] = value }));
    }

    private static void AssertEdge(string key, string allowed, string beyond)
    {
        Assert.Empty(Faults(new(Right) { [key] = allowed }));
        Assert.StartsWith(key, Assert.Single(Faults(new(Right) { [key] = beyond })), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Faults(Dictionary<string, string> settings)
    {
        using var server = new ConfiguredServer(
            "Production", [.. settings.Select(setting => (setting.Key, setting.Value))]);
        return server.Faults;
    }

    // The next number, or the next hundred nanoseconds.
    private static string Step(string value, int by)
    {
        var culture = CultureInfo.InvariantCulture;
        return int.TryParse(value, culture, out var number)
            ? (number + by).ToString(culture)
            : (TimeSpan.Parse(value, culture) + TimeSpan.FromTicks(by)).ToString("c", culture);
    }
}
