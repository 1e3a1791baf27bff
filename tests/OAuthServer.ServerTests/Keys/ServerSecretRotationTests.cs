using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using OtpNet;

namespace OAuthServer.ServerTests.Keys;

/// <summary>What the server secret made before a rotation, and after one that says it leaked.</summary>
public sealed class ServerSecretRotationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = KeyFolder.Create();
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["SigningKeys:Directory"] = _folder,
            ["SigningKeys:PollInterval"] = "00:00:01",
        },
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task After_a_rotation_sessions_repeats_and_second_answers_go_on()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        using var page = await browser.GetAsync(new AuthorizationAsk().Path);
        var form = await TestBrowser.FormAsync(page, "/oauth/authorize/consent");
        form.Fields["decision"] = "allow";
        using var allowed = await browser.PostAsync(form.Action, form.Fields);
        var used = await _server.TokensAsync();
        var live = (await _server.RefreshAsync(used.RefreshToken)).IsTokens().RefreshToken;

        await RotateAsync(keepPrevious: true);

        using var again = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(allowed.Headers.Location, again.Headers.Location);
        Assert.Equal(live, (await _server.RefreshAsync(used.RefreshToken)).IsTokens().RefreshToken);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/connections")).StatusCode);
        // The next key of cookies is there before it counts.
        await Eventually.BecomesTrue(
            () => Task.FromResult(Keys().Any(key => key.ActivationDate > DateTimeOffset.UtcNow.AddDays(1))),
            Patience,
            "the next key");
        Assert.DoesNotContain(Keys(), key => key.IsRevoked);
    }

    [Fact]
    public async Task A_secret_that_leaked_reads_nothing_of_what_it_made()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var before = Keys();

        await RotateAsync(keepPrevious: false);

        await Eventually.BecomesTrue(
            async () => (await browser.GetAsync("/account/connections")).StatusCode == HttpStatusCode.SeeOther,
            Patience,
            "the session is over");
        Assert.All(Keys().Where(key => before.Any(old => old.KeyId == key.KeyId)), key => Assert.True(key.IsRevoked));
        using var next = new TestBrowser(_server);
        await next.SignInAsync();
        Assert.Equal(HttpStatusCode.OK, (await next.GetAsync("/account/connections")).StatusCode);
    }

    [Fact]
    public async Task The_secrets_of_authenticator_apps_follow_the_new_secret()
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/factors/app"), "/account/factors/app");
        var ticket = new SealedJson<EnrollmentTicket>(
            _server.Services.GetRequiredService<IDataProtectionProvider>(), "OAuthServer.Accounts.Enrollment.v1")
            .Open(form.Fields["ticket"])!;
        var totp = new Totp(Base32Encoding.ToBytes(ticket.Secret));
        form.Fields["code"] = totp.ComputeTotp(DateTime.UtcNow.AddSeconds(-30));
        using var added = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);

        await RotateAsync(keepPrevious: true);

        var current = _server.Services.GetRequiredService<KeyRing>().Secrets.Current.Id;
        await Eventually.BecomesTrue(
            async () => await _server.Database.ScalarAsync<string>("SELECT wrapped_by FROM account_authenticators")
                == current, Patience, "the secret is encrypted anew");
        using var next = new TestBrowser(_server);
        using var step = await next.TypePasswordAsync(await next.GetAsync("/account/sign-in"));
        var code = await TestBrowser.FormAsync(
            await next.GetAsync(step.Headers.Location!.OriginalString), "/account/sign-in/factor");
        code.Fields["code"] = totp.ComputeTotp(DateTime.UtcNow.AddSeconds(25));
        using var signedIn = await next.PostAsync(code.Action, code.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
    }

    [Fact]
    public async Task A_session_key_that_another_instance_made_is_read_with_the_next_look()
    {
        await using var other = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["SigningKeys:Directory"] = _folder },
        });
        var ring = _server.Services.GetRequiredService<IKeyManager>().GetCacheExpirationToken();
        var renewal = _server.Services.GetServices<IHostedService>().OfType<SessionKeyRenewal>().Single();
        var secrets = _server.Services.GetRequiredService<KeyRing>().Current!.Secrets;
        renewal.Follow(secrets);
        renewal.Follow(secrets);
        Assert.False(ring.IsCancellationRequested);

        var now = DateTimeOffset.UtcNow;
        other.Services.GetRequiredService<IKeyManager>().CreateNewKey(now, now.AddDays(90));

        await Eventually.BecomesTrue(
            () => Task.FromResult(ring.IsCancellationRequested), Patience, "the ring is read anew");
        var next = _server.Services.GetRequiredService<IKeyManager>().GetCacheExpirationToken();
        other.Services.GetRequiredService<IKeyManager>().RevokeAllKeys(now.AddDays(-1));
        await Eventually.BecomesTrue(
            () => Task.FromResult(next.IsCancellationRequested), Patience, "the revocation is read");
    }

    [Fact]
    public async Task An_instance_that_has_not_read_the_new_secret_yet_ends_no_session_of_an_app()
    {
        await using var late = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?>
            {
                ["SigningKeys:Directory"] = _folder,
                ["SigningKeys:PollInterval"] = "06:00:00",
            },
        });
        var used = await _server.TokensAsync();
        await RotateAsync(keepPrevious: true);
        var live = (await _server.RefreshAsync(used.RefreshToken)).IsTokens().RefreshToken;

        var early = await late.RefreshAsync(used.RefreshToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (early.Status, early.Error));
        Assert.NotNull(early.Headers.RetryAfter);
        late.Services.GetRequiredService<KeyRefresher>().Ask();
        await Eventually.BecomesTrue(
            async () => (await late.RefreshAsync(used.RefreshToken)).RefreshToken == live,
            Patience,
            "the new secret is known");
        (await late.RefreshAsync(live)).IsTokens();
    }

    private IReadOnlyCollection<IKey> Keys() => _server.Services.GetRequiredService<IKeyManager>().GetAllKeys();

    private async Task RotateAsync(bool keepPrevious)
    {
        var ring = _server.Services.GetRequiredService<KeyRing>();
        var before = ring.Secrets.Current.Id;
        var source = new FileServerSecretSource(_folder, TimeProvider.System);
        await source.RotateAsync(ServerSecret.Generate(), keepPrevious, Ct);
        _server.Services.GetRequiredService<KeyRefresher>().Ask();
        await Eventually.BecomesTrue(
            () => Task.FromResult(ring.Secrets.Current.Id != before), Patience, "the new secret is read");
    }
}
