using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>
/// Demands on the sign-in: prompt, max_age, and that each is met once (OpenID Connect Core §3.1.2.1).
/// </summary>
public sealed class DemandTests : IAsyncLifetime
{
    // Not in the past: the database has a clock of its own.
    private readonly FakeTimeProvider _clock = new(
        DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    private TestServer _server = null!;
    private TestBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<TimeProvider>(_clock),
        });
        _browser = new TestBrowser(_server);
        await _browser.AuthorizeAsync(OpenIdAsks.For("openid read"));
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _server.DisposeAsync();
    }

    [Fact, Row("OIDC-04")]
    public async Task An_older_sign_in_than_max_age_is_done_anew()
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        await AssertMetAsync("max_age", "1", signIns: 1);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await AssertMetAsync("max_age", "10000", signIns: 0, signedIn: _clock.GetUtcNow().AddSeconds(-60));
        await AssertMetAsync(
            "max_age", "99999999999999999999", signIns: 0, signedIn: _clock.GetUtcNow().AddSeconds(-60));
        await AssertMetAsync("max_age", "60", signIns: 0, signedIn: _clock.GetUtcNow().AddSeconds(-60));
        await AssertMetAsync("max_age", "59", signIns: 1);
        await AssertMetAsync("max_age", "0", signIns: 1);
    }

    [Theory, Row("OIDC-04")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("+1")]
    [InlineData("١")]
    public async Task A_max_age_that_is_no_number_of_seconds_is_told(string value) =>
        Assert.Equal("invalid_request", (await WalkAsync("max_age", value)).Answer.Error);

    [Fact, Row("OIDC-05")]
    public async Task Without_a_page_the_app_is_told_what_one_would_have_asked()
    {
        using var stranger = new TestBrowser(_server);
        Assert.Equal("login_required", (await Walk.TakeAsync(stranger, Ask("prompt", "none").Path)).Answer.Error);

        using var newcomer = new TestBrowser(_server);
        await newcomer.SignInAsync(TestData.OtherEmail);
        Assert.Equal("consent_required", (await Walk.TakeAsync(newcomer, Ask("prompt", "none").Path)).Answer.Error);

        Assert.NotNull((await WalkAsync("prompt", "none")).Answer.Code);
        _clock.Advance(TimeSpan.FromSeconds(61));
        var old = await Walk.TakeAsync(_browser, Ask("prompt", "none").With("max_age", "60").Path);
        Assert.Equal(("login_required", 0), (old.Answer.Error, old.SignIns));
        Assert.Equal(
            "login_required",
            (await Walk.TakeAsync(_browser, Ask("prompt", "none").With("max_age", "0").Path)).Answer.Error);
        // Levels that we do not list ask for nothing; the one that we have is reached.
        Assert.NotNull(
            (await Walk.TakeAsync(_browser, Ask("prompt", "none").With("acr_values", "1fa gold").Path)).Answer.Code);
    }

    [Theory, Row("OIDC-06")]
    [InlineData("none login", "invalid_request", 0, 0)]
    [InlineData("foo", "invalid_request", 0, 0)]
    [InlineData("login", null, 1, 0)]
    [InlineData("select_account", null, 1, 0)]
    [InlineData("consent", null, 0, 1)]
    [InlineData("login consent", null, 1, 1)]
    public async Task Each_prompt_asks_what_it_says(string prompt, string? error, int signIns, int consents)
    {
        _clock.Advance(TimeSpan.FromSeconds(30));

        var walk = await WalkAsync("prompt", prompt);

        Assert.Equal((error, signIns, consents), (walk.Answer.Error, walk.SignIns, walk.Consents));
        if (error is not null) return;
        var age = signIns == 0 ? TimeSpan.FromSeconds(30) : TimeSpan.Zero;
        Assert.Equal((_clock.GetUtcNow() - age).ToUnixTimeSeconds(), await SignedInAsync(walk));
    }

    [Theory, Row("OIDC-18")]
    [InlineData("0", 0)]
    [InlineData("0", 200)]
    [InlineData("0", 1000)]
    [InlineData("1", 200)]
    [InlineData("1", 2200)]
    public async Task Max_age_never_loops_at_the_end_of_a_second(string seconds, int milliseconds)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(2900));
        var walk = new Walk();
        using var form = await _browser.GetAsync(
            (await walk.OpenAsync(_browser, Ask("max_age", seconds).Path)).Headers.Location!.OriginalString);
        using var signedIn = await _browser.TypePasswordAsync(form);
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

        await walk.GoOnAsync(_browser, signedIn);

        Assert.NotNull(walk.Answer.Code);
        Assert.Equal(0, walk.SignIns);
    }

    [Theory, Row("OIDC-19")]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    public async Task A_demand_is_met_once_and_the_request_stays_as_it_was(string name, string value)
    {
        var ask = Ask(name, value);
        var first = await Walk.TakeAsync(_browser, ask.Path);
        Assert.Equal((1, 0), (first.SignIns, first.Consents));
        Assert.StartsWith(ask.Path + "&interaction=", first.Authorized[^1], StringComparison.Ordinal);

        // Reload, and Back to what was loaded.
        var reloaded = await Walk.TakeAsync(_browser, first.Authorized[^1]);
        Assert.Equal((0, true), (reloaded.SignIns, reloaded.Answer.Code is not null));
        var back = await Walk.TakeAsync(_browser, first.Asked[^1]);
        Assert.Equal((0, true), (back.SignIns, back.Answer.Code is not null));

        // The same second, the same session, another request: asked once more.
        var second = await Walk.TakeAsync(_browser, Ask(name, value).With("state", "s-2").Path);
        Assert.Equal((1, "s-2"), (second.SignIns, second.Answer["state"]));
    }

    [Theory, Row("OIDC-19")]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    public async Task By_POST_it_is_the_same(string name, string value)
    {
        var walk = new Walk();
        await walk.GoOnAsync(_browser, await _browser.PostAsync("/oauth/authorize", Ask(name, value).Parameters));

        Assert.Equal((1, true), (walk.SignIns, walk.Answer.Code is not null));
        Assert.Contains($"{name}={value}", walk.Authorized[^1], StringComparison.Ordinal);
    }

    [Fact, Row("OIDC-19")]
    public async Task Nobody_can_say_that_a_demand_is_met()
    {
        var met = await WalkAsync("prompt", "login");
        var interaction = met.Authorized[^1].Split("&interaction=")[1];
        foreach (var forged in (string[])[
            "&after_sign_in=true",
            "&interaction=true",
            "&interaction=" + interaction,
            "&interaction=" + interaction + "&interaction=" + interaction,
        ])
        {
            var walk = await Walk.TakeAsync(_browser, Ask("prompt", "login").With("state", "s-2").Path + forged);
            Assert.Equal(1, walk.SignIns);
        }

        // An hour later it says nothing about its own request either.
        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(1, (await Walk.TakeAsync(_browser, met.Authorized[^1])).SignIns);
    }

    [Theory, Row("PAR-13")]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    public async Task A_pushed_demand_is_met_once(string name, string value)
    {
        var uri = (await _server.PushAsync(Ask(name, value))).RequestUri();
        var stored = await StoredAsync();
        var walk = new Walk();
        using var asked = await walk.OpenAsync(_browser, Pushing.Visit(uri, OpenIdAsks.Client));
        using var form = await _browser.GetAsync(asked.Headers.Location!.OriginalString);
        using var signedIn = await _browser.TypePasswordAsync(form);

        // Not by the address that the sign-in page goes to, but by that of the app.
        await walk.GoOnAsync(_browser, await walk.OpenAsync(_browser, Pushing.Visit(uri, OpenIdAsks.Client)));

        Assert.Equal((0, true), (walk.SignIns, walk.Answer.Code is not null));
        Assert.Equal(stored, await StoredAsync());
        Assert.Contains($"{name}={value}", stored, StringComparison.Ordinal);
    }

    [Fact, Row("STEP-04")]
    public async Task A_live_session_that_is_too_old_is_not_enough()
    {
        var before = await _browser.TokensAsync(_server, OpenIdAsks.For("openid read"));
        _clock.Advance(TimeSpan.FromSeconds(400));

        var silent = await Walk.TakeAsync(_browser, Ask("max_age", "300").With("prompt", "none").Path);
        var walk = await WalkAsync("max_age", "300");
        var after = await _server.RedeemAsync(walk.Answer.Code, OpenIdAsks.Client);

        Assert.Equal("login_required", silent.Answer.Error);
        Assert.Equal(1, walk.SignIns);
        Assert.Equal(before.IdToken()!.GetPayloadValue<string>("sid"), after.IdToken()!.GetPayloadValue<string>("sid"));
        foreach (var token in (Microsoft.IdentityModel.JsonWebTokens.JsonWebToken[])[
            after.IdToken()!, new(after.AccessToken),
        ])
        {
            Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds(), token.GetPayloadValue<long>("auth_time"));
        }
    }

    [Fact]
    public async Task A_consent_form_that_waits_for_too_long_does_not_ask_for_the_password_again()
    {
        using var newcomer = new TestBrowser(_server);
        var walk = new Walk();
        using var form = await newcomer.GetAsync(
            (await walk.OpenAsync(
                newcomer, OpenIdAsks.For().With("prompt", "login").Path)).Headers.Location!.OriginalString);
        using var signedIn = await newcomer.TypePasswordAsync(form, TestData.OtherEmail);
        using var consent = await newcomer.GetAsync(signedIn.Headers.Location!.OriginalString);
        _clock.Advance(TimeSpan.FromMinutes(11));

        await walk.GoOnAsync(newcomer, await newcomer.DecideAsync(consent, "allow"));

        Assert.Equal((0, 1, true), (walk.SignIns, walk.Consents, walk.Answer.Code is not null));
    }

    private static AuthorizationAsk Ask(string name, string value) => OpenIdAsks.For("openid read").With(name, value);

    private Task<Walk> WalkAsync(string name, string value) => Walk.TakeAsync(_browser, Ask(name, value).Path);

    private async Task AssertMetAsync(string name, string value, int signIns, DateTimeOffset? signedIn = null)
    {
        var walk = await WalkAsync(name, value);
        Assert.Equal((value, signIns), (value, walk.SignIns));
        Assert.Equal((signedIn ?? _clock.GetUtcNow()).ToUnixTimeSeconds(), await SignedInAsync(walk));
    }

    private async Task<long> SignedInAsync(Walk walk) =>
        (await _server.RedeemAsync(walk.Answer.Code, OpenIdAsks.Client)).IdToken()!.GetPayloadValue<long>("auth_time");

    private async Task<string> StoredAsync() => (string)(await _server.Database.QueryAsync(
        "SELECT parameters FROM oauth_pushed_requests ORDER BY created_at DESC LIMIT 1"))[0]["parameters"]!;
}
