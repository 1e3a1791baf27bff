using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Storage;
using OAuthServer.UnitTests.Documentation;

namespace OAuthServer.UnitTests.Hosting;

/// <summary>How the parts of the framework are set, in a server whose configuration says as little as it may.</summary>
public sealed class ServerRegistrationTests : IDisposable
{
    private readonly ConfiguredServer _server = Configured();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Passwords_are_long_and_a_lock_is_short()
    {
        var identity = Get<IdentityOptions>();

        Assert.Equal(15, _server.Services.GetRequiredService<PasswordLength>().Shortest);
        Assert.Equal((true, 5), (identity.Lockout.AllowedForNewUsers, identity.Lockout.MaxFailedAccessAttempts));
        Assert.Equal(TimeSpan.FromMinutes(5), identity.Lockout.DefaultLockoutTimeSpan);
        Assert.Equal(210_000, Get<PasswordHasherOptions>().IterationCount);
        using var scope = _server.Services.CreateScope();
        Assert.Empty(scope.ServiceProvider.GetServices<IUserValidator<Account>>());
        // One rule judges a new password, and none of Identity's kinds of characters.
        Assert.IsType<NewPasswordRule>(Assert.Single(scope.ServiceProvider.GetServices<IPasswordValidator<Account>>()));
        Assert.IsType<AccountManager>(scope.ServiceProvider.GetRequiredService<UserManager<Account>>());
    }

    [Fact]
    public void Cookies_are_hardened_and_a_session_that_is_kept_lives_for_two_weeks()
    {
        var session = _server.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(IdentityConstants.ApplicationScheme);
        var forms = Get<AntiforgeryOptions>();

        Assert.Equal("__Host-oauthserver-session HttpOnly Secure Lax / True", Text(session.Cookie));
        Assert.Equal("__Host-oauthserver-antiforgery HttpOnly Secure Lax / True", Text(forms.Cookie));
        Assert.Equal((TimeSpan.FromDays(14), true), (session.ExpireTimeSpan, session.SlidingExpiration));
        Assert.Equal(
            ("antiforgery", null, true), (forms.FormFieldName, forms.HeaderName, forms.SuppressXFrameOptionsHeader));
        Assert.Equal(
            (TimeSpan.FromDays(14), TimeSpan.FromHours(8)), (AccountSession.KeptLifetime, AccountSession.Lifetime));
    }

    [Fact]
    public void On_a_loopback_issuer_of_Development_cookies_need_no_TLS()
    {
        using var server = new ConfiguredServer("Development");
        var session = server.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
            .Get(IdentityConstants.ApplicationScheme);

        Assert.Equal("oauthserver-session HttpOnly - Lax / True", Text(session.Cookie));
    }

    [Fact]
    public void Each_probe_asks_what_it_is_for_and_the_database_has_three_seconds()
    {
        var checks = Get<HealthCheckServiceOptions>().Registrations;

        Assert.Equal(
            [
                "database: ready 00:00:03", "resources: ready -00:00:00.0010000", "schema: ready 00:00:03",
                "signing-key: documents,ready -00:00:00.0010000",
                "stopping: documents,ready -00:00:00.0010000",
            ],
            checks.Select(
                check => $"{check.Name}: {string.Join(',', check.Tags.Order(StringComparer.Ordinal))} {check.Timeout}")
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, 25)]
    [InlineData("00:00:40", 40)]
    [InlineData("nonsense", 25)]
    [InlineData("00:00:00", 25)]
    public void The_host_stops_within_the_time_that_is_set(string? timeout, int seconds)
    {
        using var server = timeout is null ? Configured() : Configured(("Shutdown:Timeout", timeout));

        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            server.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
    }

    [Fact]
    public void Without_a_trusted_proxy_no_header_is_believed() =>
        Assert.Equal(ForwardedHeaders.None, Get<ForwardedHeadersOptions>().ForwardedHeaders);

    [Fact]
    public void Trusted_proxies_tell_address_and_scheme_however_long_their_chain()
    {
        using var server = Configured(
            ("ForwardedHeaders:KnownProxies:0", "192.0.2.1"), ("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/8"));
        var headers = server.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;

        Assert.Equal(ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, headers.ForwardedHeaders);
        Assert.Equal((null, false), (headers.ForwardLimit, headers.RequireHeaderSymmetry));
        Assert.Equal(
            ("192.0.2.1", "10.0.0.0/8"),
            (Assert.Single(headers.KnownProxies).ToString(), Assert.Single(headers.KnownIPNetworks).ToString()));
    }

    [Fact]
    public void What_is_revoked_stays_listed_until_the_slowest_verifier_forgets_it() =>
        Assert.Equal(TimeSpan.FromMinutes(65), _server.Services.GetRequiredService<AccessTokenWindow>().Longest);

    private static ConfiguredServer Configured(params (string Key, string Value)[] more) => new(
        "Production",
        [
            ("OAuth:Issuer", "https://as.example.test"), ("ConnectionStrings:OAuthServer", "Host=db;Username=oauth"),
            ("AWS_REGION", "eu-central-1"), .. more,
        ]);

    private T Get<T>()
        where T : class => _server.Services.GetRequiredService<IOptions<T>>().Value;

    private static string Text(CookieBuilder cookie)
    {
        var built = cookie.Build(new DefaultHttpContext());
        return $"{cookie.Name} {(built.HttpOnly ? "HttpOnly" : "-")} {(built.Secure ? "Secure" : "-")} "
            + $"{built.SameSite} {built.Path} {built.IsEssential}";
    }
}
