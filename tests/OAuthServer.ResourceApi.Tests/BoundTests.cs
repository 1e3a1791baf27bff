using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Every bound from both sides, what holds when nothing is said, and what the log says.</summary>
public sealed class BoundTests : IAsyncLifetime
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public void What_holds_when_nothing_is_said()
    {
        var options = new OAuthBearerOptions { Audience = "a" };

        Assert.Equal(
            (TimeSpan.FromSeconds(60), TimeSpan.FromHours(24), 16_384),
            (options.ClockSkew, options.MaximumTokenLifetime, options.MaximumTokenLength));
        Assert.Equal(
            (TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)),
            (options.KeyRefreshInterval, options.UnknownKeyCooldown, options.BackchannelTimeout));
        Assert.Equal(
            (false, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(15)),
            (options.RevocationCheck, options.RevocationCheckInterval, options.RevocationStaleLimit));
        Assert.Equal(("a", null, null), (options.Audience, options.Resource, options.Realm));
        Assert.Empty(options.AdditionalAudiences);
        Assert.Null(options.Introspection);
        var introspection = new IntrospectionOptions();
        Assert.Equal((TimeSpan.Zero, 10_000), (introspection.CacheFor, introspection.CacheLimit));
    }

    public static TheoryData<string, Action<OAuthBearerOptions>, Action<OAuthBearerOptions>> OptionBounds => new()
    {
        {
            "ClockSkew",
            o => o.ClockSkew = TimeSpan.FromSeconds(60),
            o => o.ClockSkew = TimeSpan.FromSeconds(60) + TimeSpan.FromTicks(1)
        },
        { "ClockSkew", o => o.ClockSkew = TimeSpan.Zero, o => o.ClockSkew = TimeSpan.FromTicks(-1) },
        { "MaximumTokenLength", o => o.MaximumTokenLength = 512, o => o.MaximumTokenLength = 511 },
        {
            "MaximumTokenLifetime",
            o => o.MaximumTokenLifetime = TimeSpan.FromTicks(1),
            o => o.MaximumTokenLifetime = TimeSpan.Zero
        },
        {
            "KeyRefreshInterval",
            o => o.KeyRefreshInterval = TimeSpan.FromTicks(1),
            o => o.KeyRefreshInterval = TimeSpan.Zero
        },
        {
            "UnknownKeyCooldown",
            o => o.UnknownKeyCooldown = TimeSpan.FromTicks(1),
            o => o.UnknownKeyCooldown = TimeSpan.Zero
        },
        {
            "BackchannelTimeout",
            o => o.BackchannelTimeout = TimeSpan.FromTicks(1),
            o => o.BackchannelTimeout = TimeSpan.Zero
        },
        {
            "RevocationCheckInterval",
            o => o.RevocationCheckInterval = TimeSpan.Zero,
            o => o.RevocationCheckInterval = TimeSpan.FromTicks(-1)
        },
        {
            "RevocationStaleLimit",
            o => o.RevocationStaleLimit = TimeSpan.FromSeconds(5),
            o => o.RevocationStaleLimit = TimeSpan.FromSeconds(5) - TimeSpan.FromTicks(1)
        },
        { "Realm", o => o.Realm = " ~", o => o.Realm = "\u007f" },
        { "Realm", o => o.Realm = "!", o => o.Realm = "\u001f" },
        { "Realm", o => o.Realm = "x", o => o.Realm = "" },
        { "Realm", o => o.Realm = "'", o => o.Realm = "\\" },
        { "ScopesSupported", o => o.ScopesSupported.Add("!~"), o => o.ScopesSupported.Add(" ") },
        { "ScopesSupported", o => o.ScopesSupported.Add("x"), o => o.ScopesSupported.Add("\u007f") },
        { "AdditionalAudiences", o => o.AdditionalAudiences.Add("files"), o => o.AdditionalAudiences.Add(" ") },
        {
            "AdditionalAudiences",
            o => o.AdditionalAudiences.Add("https://api.example/"),
            o => o.AdditionalAudiences.Add("https://api.example")
        },
        { "AdditionalAudiences", o => AddAudiences(o, "files", "Files"), o => AddAudiences(o, "files", "files") },
        { "Introspection:ClientId", o => Asks(o), o => Asks(o).ClientId = " " },
        { "Introspection:ClientId", o => Asks(o).ClientId = "notes:api é", o => Asks(o).ClientId = "notes-api\n" },
        { "Introspection:ClientSecret", o => Asks(o).ClientSecret = " p:w ", o => Asks(o).ClientSecret = "" },
        { "Introspection:ClientSecret", o => Asks(o).ClientSecret = "é", o => Asks(o).ClientSecret = "\u007f" },
        {
            "Introspection:CacheFor",
            o => Asks(o).CacheFor = TimeSpan.Zero,
            o => Asks(o).CacheFor = TimeSpan.FromTicks(-1)
        },
        {
            "Introspection:CacheFor",
            o => Asks(o).CacheFor = TimeSpan.FromMinutes(1),
            o => Asks(o).CacheFor = TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(1)
        },
        { "Introspection:CacheLimit", o => Asks(o).CacheLimit = 1, o => Asks(o).CacheLimit = 0 },
        { "Introspection and RevocationCheck", o => Asks(o), o => (Asks(o).ClientId, o.RevocationCheck) = ("x", true) },
        { "Resource is not set and Audience", o => o.Audience = "https://api.example", o => o.Audience = "api" },
        { "Resource must", o => o.Resource = "https://api.example", o => o.Resource = "http://api.example" },
    };

    [Theory]
    [MemberData(nameof(OptionBounds))]
    public void The_last_allowed_value_passes_and_one_beyond_it_is_named(
        string key, Action<OAuthBearerOptions> allowed, Action<OAuthBearerOptions> beyond)
    {
        Assert.Empty(Faults(allowed));
        Assert.StartsWith($"OAuthBearer: {key} ", Assert.Single(Faults(beyond)) + " ", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(262_144, true)]
    [InlineData(262_145, false)]
    public async Task A_document_of_more_than_256_KiB_is_not_read(int length, bool isRead)
    {
        var json = new JsonObject { ["keys"] = new JsonArray(_api.Issuer.Key.ToJwk()) }.ToJsonString();
        _api.Issuer.JwksText = json.PadRight(length);

        var reply = await _api.GetAsync(_api.Token());

        if (isRead) Expect.Ok(reply);
        else Expect.Unavailable(reply);
    }

    [Theory]
    [InlineData(128 * 1024 * 1024, true)]
    [InlineData((128 * 1024 * 1024) + 1, false)]
    public async Task A_list_of_revoked_tokens_of_more_than_128_MiB_is_not_read(int length, bool isRead)
    {
        await using var api = await TestApi.StartAsync(options =>
        {
            options.RevocationCheck = true;
            options.BackchannelTimeout = TimeSpan.FromMinutes(1);
        });
        var around = new RevokedList();
        around.Add("");
        api.Issuer.Revoked.Add(new string('x', length - around.Write("").ToJsonString().Length));

        var reply = await api.GetAsync(api.Token());

        if (isRead) Expect.Ok(reply);
        else Expect.Unavailable(reply);
    }

    /// <summary>
    /// A key that is read makes an unsigned token a wrong one; without any key there is no answer at all.
    /// </summary>
    [Theory]
    [InlineData(256, 8, true)]
    [InlineData(255, 3, false)]
    [InlineData(256, 9, false)]
    [InlineData(256, 1, true)]
    public async Task Short_keys_and_long_exponents_are_left_out(int modulus, int exponent, bool isRead)
    {
        var key = _api.Issuer.Key.ToJwk();
        key["kid"] = "odd";
        key["n"] = Base64Url.EncodeToString(Enumerable.Repeat((byte)0xC1, modulus).ToArray());
        key["e"] = Base64Url.EncodeToString(Enumerable.Repeat((byte)3, exponent).ToArray());
        _api.Issuer.JwksText = new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString();

        var reply = await _api.GetAsync(_api.Token());

        if (isRead) Expect.InvalidToken(reply);
        else Expect.Unavailable(reply);
    }

    [Theory]
    [InlineData(253_402_300_799, true)]
    [InlineData(253_402_300_800, false)]
    public async Task The_last_second_of_all_dates_is_a_date(long expires, bool accepted)
    {
        await using var api = await TestApi.StartAsync(options => options.MaximumTokenLifetime = TimeSpan.MaxValue);
        var reply = await api.GetAsync(api.Token(payload => payload["exp"] = expires));
        if (accepted) Expect.Ok(reply);
        else Expect.InvalidToken(reply);
    }

    [Theory]
    [InlineData("exp", 0)]
    [InlineData("iat", 0)]
    public async Task The_first_second_is_a_date(string name, long seconds)
    {
        await using var api = await TestApi.StartAsync(options => options.MaximumTokenLifetime = TimeSpan.MaxValue);
        var reply = await api.GetAsync(api.Token(payload => payload[name] = seconds));
        if (name == "exp") Expect.TokenExpired(reply);
        else Expect.Ok(reply);
    }

    [Theory]
    [InlineData(86_400, true)]
    [InlineData(86_401, false)]
    public async Task A_token_may_claim_a_life_of_a_day(int seconds, bool accepted)
    {
        var reply = await _api.GetAsync(_api.Token(payload => payload["exp"] = _api.Now + seconds));
        if (accepted) Expect.Ok(reply);
        else Expect.InvalidToken(reply);
    }

    [Fact]
    public async Task A_token_may_be_as_long_as_is_said_and_no_longer()
    {
        var token = _api.Token();
        await using var exact = await TestApi.StartAsync(options => options.MaximumTokenLength = token.Length);
        await using var shorter = await TestApi.StartAsync(options => options.MaximumTokenLength = token.Length - 1);

        // Of another issuer, which shows how far each of them has read.
        Expect.InvalidToken(await exact.GetAsync(token));
        Expect.InvalidToken(await shorter.GetAsync(token));

        Assert.Contains(
            exact.Log.Lines,
            line => line.Contains("The access token is from another issuer", StringComparison.Ordinal));
        Assert.Contains(
            shorter.Log.Lines, line => line.Contains("The access token is too long", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_keys_the_server_is_asked_once_a_second()
    {
        _api.Issuer.Broken["metadata"] = true;
        Expect.Unavailable(await _api.GetAsync(_api.Token()));
        _api.Clock.Advance(TimeSpan.FromSeconds(1) - Instant);
        Expect.Unavailable(await _api.GetAsync(_api.Token()));
        Assert.Equal(1, _api.Issuer.Count("/.well-known"));

        _api.Clock.Advance(Instant);
        Expect.Unavailable(await _api.GetAsync(_api.Token()));
        Assert.Equal(2, _api.Issuer.Count("/.well-known"));
    }

    [Fact]
    public async Task With_keys_at_hand_a_server_that_fails_is_asked_once_per_cool_down()
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        _api.Issuer.Broken["jwks"] = true;
        _api.Clock.Advance(TimeSpan.FromMinutes(10));
        Expect.Ok(await _api.GetAsync(_api.Token()));
        _api.Clock.Advance(TimeSpan.FromSeconds(30) - Instant);
        Expect.Ok(await _api.GetAsync(_api.Token()));
        Assert.Equal(2, _api.Issuer.Count("/keys"));

        _api.Clock.Advance(Instant);
        Expect.Ok(await _api.GetAsync(_api.Token()));
        Assert.Equal(3, _api.Issuer.Count("/keys"));
    }

    [Fact]
    public async Task Keys_serve_unrenewed_until_their_interval_is_over()
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        _api.Clock.Advance(TimeSpan.FromMinutes(5) - Instant);
        Expect.Ok(await _api.GetAsync(_api.Token()));
        // Whatever was begun in the background would have asked for the metadata before the next token's key.
        Expect.InvalidToken(await _api.GetAsync(_api.Token(header: header => header["kid"] = "unknown")));

        Assert.Equal((1, 2), (_api.Issuer.Count("/.well-known"), _api.Issuer.Count("/keys")));
    }

    [Fact]
    public async Task The_log_says_why_the_server_is_of_no_use()
    {
        var url = _api.Issuer.Url;
        (Action Break, string Reason)[] outages =
        [
            (() => _api.Issuer.Broken["metadata"] = true, "the answer has status 500"),
            (
                () => _api.Issuer.Metadata = metadata => metadata["issuer"] = url + "/x",
                "the metadata names another issuer"),
            (
                () => _api.Issuer.Metadata = metadata => metadata.Remove("jwks_uri"),
                "the metadata has no usable jwks_uri"),
            (
                () => _api.Issuer.Metadata = metadata =>
                    metadata["jwks_uri"] = url.Replace("http://", "http://user@", StringComparison.Ordinal) + "/keys",
                "the metadata has no usable jwks_uri"),
            (() => _api.Issuer.JwksText = "[]", "the answer is not a JSON object"),
            (() => _api.Issuer.JwksText = "{}", "the key set has no keys"),
            (() => _api.Issuer.JwksText = """{"keys":[]}""", "the key set has no RS256 key"),
            (() => _api.Issuer.JwksText = new string(' ', 300_000), "no complete answer came"),
        ];
        foreach (var (breakIt, reason) in outages)
        {
            _api.Issuer.Broken.Clear();
            (_api.Issuer.Metadata, _api.Issuer.JwksText) = (_ => { }, null);
            breakIt();
            var before = _api.Log.Lines.Count;
            Expect.Unavailable(await _api.GetAsync(_api.Token()));
            _api.Clock.Advance(TimeSpan.FromSeconds(1));

            Assert.Single(
                _api.Log.Lines.Skip(before),
                line =>
                    line.Contains(
                        $"Warning OAuthServer.ResourceApi.SigningKeys: The signing keys of {url} could not be fetched: "
                            + $"{reason} ",
                        StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_log_says_why_a_request_was_refused()
    {
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["exp"] = _api.Now + 90_000)));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["nbf"] = _api.Now + 90)));
        Expect.MissingToken(await _api.GetAsync(null));
        Expect.InsufficientScope(await _api.GetAsync(_api.Token(payload => payload["scope"] = "x")), "read");

        string[] told =
        [
            .. _api.Log.Lines.Where(line => line.Contains("Bearer request refused", StringComparison.Ordinal))
                .Select(line => line.Split("refused, ")[1].Trim()),
        ];
        Assert.Equal(
            [
                "InvalidToken: The access token claims too long a life",
                "InvalidToken: The access token is from the future",
                "MissingToken: No access token was sent",
                "InsufficientScope: The access token does not reach this endpoint",
            ],
            told);
    }

    [Fact]
    public async Task The_log_says_why_the_list_is_of_no_use()
    {
        await using var api = await TestApi.StartAsync(options => options.RevocationCheck = true);
        api.Issuer.Revoked.Add("");
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Single(
            api.Log.Lines,
            line =>
                line.Contains(
                    $"of revoked tokens of {api.Issuer.Url} could not be fetched: the revocation list has an entry "
                        + "without an id or an end ",
                    StringComparison.Ordinal));
    }

    [Fact]
    public void An_answer_from_elsewhere_is_not_followed_and_a_change_of_address_is_noticed()
    {
        using var services = Services(_ => { }).BuildServiceProvider();
        var handler = services.GetRequiredService<IHttpMessageHandlerFactory>()
            .CreateHandler("OAuthServer.ResourceApi");
        while (handler is DelegatingHandler { InnerHandler: { } inner }) handler = inner;

        var sockets = Assert.IsType<SocketsHttpHandler>(handler);
        Assert.Equal(
            (false, false, TimeSpan.FromMinutes(5)),
            (sockets.AllowAutoRedirect, sockets.UseCookies, sockets.PooledConnectionLifetime));
    }

    private static IntrospectionOptions Asks(OAuthBearerOptions options) =>
        options.Introspection = new IntrospectionOptions { ClientId = "notes-api", ClientSecret = "secret" };

    private static void AddAudiences(OAuthBearerOptions options, params string[] audiences)
    {
        foreach (var audience in audiences) options.AdditionalAudiences.Add(audience);
    }

    private static ServiceCollection Services(Action<OAuthBearerOptions> change)
    {
        var services = new ServiceCollection();
        services.AddOAuthBearer(options =>
        {
            (options.Issuer, options.Audience) = ("https://as.example", "https://api.example");
            change(options);
        });
        return services;
    }

    private static IEnumerable<string> Faults(Action<OAuthBearerOptions> change)
    {
        using var provider = Services(change).BuildServiceProvider();
        var validator = provider.GetRequiredService<IValidateOptions<OAuthBearerOptions>>();
        var options = new OAuthBearerOptions { Issuer = "https://as.example", Audience = "https://api.example" };
        change(options);
        return validator.Validate(null, options).Failures ?? [];
    }
}
