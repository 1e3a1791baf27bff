using System.Net;
using System.Net.Sockets;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>A host with a wrong configuration ends with exit code 2 and names every fault at once.</summary>
public sealed class ConfigurationFaultTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private const string Secret = "demo-password-never-printed";

    // A configuration of Production that is right.
    private static readonly Dictionary<string, string> Right = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        ["OAuth__Issuer"] = "https://as.example.test",
        ["ConnectionStrings__OAuthServer"] = $"Host=127.0.0.1;Port=1;Username=u;Password={Secret}",
        ["AWS_REGION"] = "eu-central-1",
    };

    [Fact]
    public async Task Nothing_configured_in_Production_names_all_that_is_missing()
    {
        var ended = await HostProcess.RunAsync(root, new() { ["ASPNETCORE_ENVIRONMENT"] = "Production" });

        Assert.Equal(2, ended.ExitCode);
        Assert.Equal(
            ["ConnectionStrings:OAuthServer is required", "OAuth:Issuer is required", "SigningKeys:Region is required"],
            Faults(ended).Select(fault => fault.Split(':', 3) is [var a, var b, ..]
                ? $"{a}:{b}"
                : fault).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_process_that_was_told_to_do_without_ICU_does_not_start()
    {
        var ended = await HostProcess.RunAsync(
            root, new(Right) { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" });

        Assert.Equal(2, ended.ExitCode);
        Assert.StartsWith("This process cannot compose Unicode text", ended.Error, StringComparison.Ordinal);
        Assert.Contains("libicu", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_where_something_else_listens_says_so_and_what_to_do()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://localhost:{((IPEndPoint)other.LocalEndpoint).Port}";

        var ended = await HostProcess.RunAsync(root, new(Right)
        {
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:0;{taken}",
        });

        Assert.Equal(2, ended.ExitCode);
        Assert.StartsWith(
            $"Something else listens at {taken} already",
            Assert.Single(ended.Error.Trim().Split('\n')),
            StringComparison.Ordinal);
        Assert.Contains("--urls", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_faults_of_every_section_are_named_in_one_run()
    {
        var ended = await HostProcess.RunAsync(root, new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["OAuth__Issuer"] = "http://as.example.test",
            ["OAuth__AuthorizationCodeLifetime"] = "00:10:01",
            ["OAuth__AccessTokenLifetime"] = "02:00:00",
            ["OAuth__RefreshRetryWindow"] = "00:05:01",
            ["OAuth__Isuer"] = "https://typo.example.test",
            ["SigningKeys__SecretName"] = "typo",
            ["SigningKeys__PollInterval"] = "00:00:00",
            ["RateLimiting__Token__Limit"] = "5",
            ["RateLimiting__Revoke__PermitLimit"] = "0",
            ["ForwardedHeaders__KnownProxy"] = "10.0.0.1",
            ["ForwardedHeaders__KnownNetworks__0"] = "0.0.0.0/0",
        });

        Assert.Equal(2, ended.ExitCode);
        string[] named =
        [
            "ConnectionStrings:OAuthServer is required", "OAuth:Issuer must be https",
            "OAuth:AuthorizationCodeLifetime", "OAuth:AccessTokenLifetime",
            "OAuth:RefreshRetryWindow", "OAuth:Isuer: there is no setting",
            "SigningKeys:SecretName: there is no setting", "SigningKeys:PollInterval",
            "SigningKeys:Region is required", "RateLimiting:Token:Limit: there is no setting",
            "RateLimiting:Revoke:PermitLimit", "ForwardedHeaders:KnownProxy: there is no setting",
            "ForwardedHeaders:KnownNetworks:0",
        ];
        foreach (var part in named)
            Assert.Single(Faults(ended), fault => fault.Contains(part, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OAuth__Issuer", "http://as.example.test", "must be https")]
    [InlineData("Clients__CacheLifetime", "00:00:00.900", "Clients:CacheLifetime must be from 00:00:01 to 00:05:00.")]
    [InlineData("Clients__CacheLifetime", "00:05:00.100", "Clients:CacheLifetime must be from 00:00:01 to 00:05:00.")]
    [InlineData("OAuth__Issuer", "http://localhost:5080", "must be https")]
    [InlineData("OAuth__Issuer", "https://as.example.test/", "must not end with a slash")]
    [InlineData("OAuth__Issuer", "https://as.example.test/tenant/", "must not end with a slash")]
    [InlineData("OAuth__Issuer", "https://as.example.test?x=y", "no query and no fragment")]
    [InlineData("OAuth__Issuer", "https://as.example.test#top", "no query and no fragment")]
    [InlineData("OAuth__Issuer", "https://u:p@as.example.test", "no user information")]
    [InlineData("OAuth__Issuer", "as.example.test", "not an absolute URL")]
    [InlineData("OAuth__Issuer", "ftp://as.example.test", "must be https")]
    [InlineData("OAuth__AuthorizationCodeLifetime", "00:10:01", "at most 00:10:00")]
    [InlineData("OAuth__AuthorizationCodeLifetime", "00:00:00", "above 0")]
    [InlineData("OAuth__AuthorizationCodeLifetime", "ten minutes", "OAuth:AuthorizationCodeLifetime")]
    [InlineData("OAuth__DeviceBinding", "Sometimes", "DeviceBinding")]
    [InlineData("OAuth__Unknown", "1", "OAuth:Unknown: there is no setting 'Unknown'.")]
    [InlineData("OAuth__Issuer__Url", "https://as.example.test", "OAuth:Issuer:Url: there is no setting 'Url'.")]
    [InlineData("OAuth__Scopes__0__Name", "read", "OAuth:Scopes: there is no setting 'Scopes'.")]
    [InlineData("OAuth__Audience", "https://api.example", "OAuth:Audience: there is no setting 'Audience'.")]
    [InlineData(
        "ForwardedHeaders__KnownProxies",
        "10.0.0.7",
        "ForwardedHeaders:KnownProxies has no value of its own: write ForwardedHeaders:KnownProxies:0.")]
    [InlineData(
        "ForwardedHeaders__KnownProxies__first",
        "10.0.0.7",
        "the entries of ForwardedHeaders:KnownProxies are numbered from 0; write ForwardedHeaders:KnownProxies:0.")]
    [InlineData("SigningKeys__Unknown", "1", "SigningKeys:Unknown: there is no setting 'Unknown'.")]
    [InlineData("RateLimiting__Unknown__PermitLimit", "1", "RateLimiting:Unknown: there is no setting 'Unknown'.")]
    [InlineData("RateLimiting__SignIn__Unknown", "1", "RateLimiting:SignIn:Unknown: there is no setting 'Unknown'.")]
    [InlineData("ForwardedHeaders__Unknown", "1", "ForwardedHeaders:Unknown: there is no setting 'Unknown'.")]
    [InlineData("Audit__Unknown", "1", "Audit:Unknown: there is no setting 'Unknown'.")]
    [InlineData("Audit__SealInterval", "00:00:00", "Audit:SealInterval")]
    [InlineData("Audit__Retention", "23:59:59", "Audit:Retention")]
    [InlineData("Sweeper__Unknown", "1", "Sweeper:Unknown: there is no setting 'Unknown'.")]
    [InlineData("Sweeper__Interval", "00:00:00", "Sweeper:Interval")]
    [InlineData("Sweeper__BatchSize", "1001", "Sweeper:BatchSize must be from 1 to 1000")]
    [InlineData("Sweeper__StatementTimeout", "00:02:00", "Sweeper:StatementTimeout")]
    [InlineData("Sweeper__Pause", "-00:00:01", "Sweeper:Pause")]
    [InlineData("Sweeper__KeepRefreshTokens", "401.00:00:00", "Sweeper:KeepRefreshTokens")]
    [InlineData("ForwardedHeaders__KnownProxies__0", "proxy.example", "KnownProxies:0")]
    [InlineData("ConnectionStrings__OAuthServer", "Database=oauth", "ConnectionStrings:OAuthServer has no Host")]
    [InlineData(
        "ConnectionStrings__OAuthServer",
        "Host=db;Nonsense=1",
        "ConnectionStrings:OAuthServer has the unknown part 'nonsense'")]
    [InlineData("AWS_REGION", "", "SigningKeys:Region is required")]
    public void One_wrong_value_is_named_and_nothing_else(string key, string value, string expected)
    {
        var settings = new Dictionary<string, string>(Right) { [key] = value };

        var faults = InProcess.Faults(settings);

        Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, string.Concat(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void The_right_configuration_has_no_faults() => Assert.Empty(InProcess.Faults(Right));

    private static string[] Faults(HostProcess.Ended ended) =>
        [.. ended.Error.Split('\n').Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).Select(
            line => line[4..].TrimEnd())];
}
