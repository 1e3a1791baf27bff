using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Endpoints that ask for a better or a younger sign-in (RFC 9470).</summary>
public sealed class StepUpTests : IAsyncLifetime
{
    private const string Start = $"Bearer realm=\"{TestApi.Audience}\", "
        + $"resource_metadata=\"{TestApi.MetadataAddress}\", error=\"insufficient_user_authentication\"";

    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync(
        host: builder => builder.Services.AddAuthorizationBuilder()
            .AddPolicy("careful", policy => policy.RequireLevel("L2").RequireRecentSignIn(TimeSpan.FromSeconds(300))),
        map: app =>
        {
            app.MapGet("/both", () => "ok").RequireLevel("L2").RequireRecentSignIn(TimeSpan.FromSeconds(300));
            app.MapGet("/policy", () => "ok").RequireAuthorization("careful");
            app.MapGet("/level", () => "ok").RequireLevel("L2", "L3");
            app.MapGet("/recent", () => "ok").RequireRecentSignIn(TimeSpan.FromSeconds(300));
            app.MapGet("/pay", () => "ok").RequireScope("pay").RequireLevel("L2");
            app.MapGet("/one", () => "ok").RequireLevel("1fa");
            app.MapGet("/two", () => "ok").RequireLevel("2fa");
            var group = app.MapGroup("/group").RequireLevel("L2", "L3").RequireRecentSignIn(TimeSpan.FromMinutes(10));
            group.MapGet("/strict", () => "ok").RequireLevel("L3").RequireRecentSignIn(TimeSpan.FromMinutes(5));
        });

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [Row("STEP-01")]
    [InlineData("/both")]
    [InlineData("/policy")]
    public async Task The_API_says_what_is_missing(string path)
    {
        foreach (var token in (string[])[Token("L1", 0), Token("L2", 301), Token("L1", 301)])
            AssertStepUp(await _api.GetAsync(token, path), ", acr_values=\"L2\", max_age=\"300\"");

        Expect.Ok(await _api.GetAsync(Token("L2", 300), path));
        Expect.Ok(await _api.GetAsync(Token("L2", 0), path));
    }

    [Fact]
    public async Task Each_demand_stands_alone_too()
    {
        AssertStepUp(await _api.GetAsync(Token("L1", 0), "/level"), ", acr_values=\"L2 L3\"");
        Expect.Ok(await _api.GetAsync(Token("L3", 100_000), "/level"));
        AssertStepUp(await _api.GetAsync(Token("L3", 301), "/recent"), ", max_age=\"300\"");
        Expect.Ok(await _api.GetAsync(Token("L1", 10), "/recent"));
        AssertStepUp(await _api.GetAsync(Token("L2", 301), "/group/strict"), ", acr_values=\"L3\", max_age=\"300\"");
        AssertStepUp(await _api.GetAsync(Token("L2", 10), "/group/strict"), ", acr_values=\"L3\", max_age=\"300\"");
        Expect.Ok(await _api.GetAsync(Token("L3", 10), "/group/strict"));
    }

    [Fact]
    public async Task Two_factors_will_do_where_one_is_demanded_and_not_the_other_way_round()
    {
        Expect.Ok(await _api.GetAsync(Token("2fa", 0), "/one"));
        Expect.Ok(await _api.GetAsync(Token("2fa", 0), "/two"));
        AssertStepUp(await _api.GetAsync(Token("1fa", 0), "/two"), ", acr_values=\"2fa\"");
        AssertStepUp(await _api.GetAsync(Token("L2", 0), "/one"), ", acr_values=\"1fa\"");
    }

    [Fact]
    [Row("STEP-02")]
    public async Task What_the_token_does_not_say_does_not_count()
    {
        string[] tokens =
        [
            _api.Token(payload => payload["auth_time"] = _api.Now),
            _api.Token(payload => payload["acr"] = "L2"),
            Token("L2", _api.Now.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Token("L2", _api.Now + 61),
            Token("L2", JsonValue.Create(-5)),
            Token("L2", 1e300),
            Token("L2", JsonValue.Create(true)),
            Token("L2", new JsonArray(_api.Now)),
            Token("l2", _api.Now),
            Token(new JsonArray("L1", "L2"), _api.Now),
            Token(2, _api.Now),
            Token(new JsonObject { ["L2"] = true }, _api.Now),
        ];
        foreach (var token in tokens)
            AssertStepUp(await _api.GetAsync(token, "/both"), ", acr_values=\"L2\", max_age=\"300\"");

        Expect.Ok(await _api.GetAsync(Token("L2", _api.Now + 59), "/both"));
    }

    [Fact]
    [Row("STEP-08")]
    public async Task Level_and_scope_are_one_round_trip()
    {
        AssertStepUp(await _api.GetAsync(Token("L1", 0), "/pay"), ", acr_values=\"L2\", scope=\"pay\"");
        AssertStepUp(await _api.GetAsync(Token("L1", 0, "pay"), "/pay"), ", acr_values=\"L2\", scope=\"pay\"");
        Expect.InsufficientScope(await _api.GetAsync(Token("L2", 0), "/pay"), "pay");
        Expect.Ok(await _api.GetAsync(Token("L2", 0, "pay"), "/pay"));
    }

    [Fact]
    public async Task Without_a_good_token_there_is_nothing_to_step_up_from()
    {
        Assert.Contains("missing_token", (await _api.GetAsync(null, "/both")).Body, StringComparison.Ordinal);
        Expect.InvalidToken(await _api.GetAsync("abc", "/both"));
    }

    [Fact]
    public void A_demand_has_to_make_sense()
    {
        var endpoint = new RouteGroupBuilderStub();
        Assert.Throws<ArgumentException>(() => endpoint.RequireLevel());
        Assert.Throws<ArgumentException>(() => endpoint.RequireLevel("L 2"));
        Assert.Throws<ArgumentException>(() => endpoint.RequireLevel("L\"2"));
        Assert.Throws<ArgumentOutOfRangeException>(() => endpoint.RequireRecentSignIn(TimeSpan.FromMilliseconds(999)));
        Assert.NotNull(new AuthorizationPolicyBuilder("Bearer").RequireRecentSignIn(TimeSpan.FromSeconds(1)).Build());
    }

    private string Token(string level, int age, string scope = "read") => Token(level, _api.Now - age, scope);

    private string Token(JsonNode level, JsonNode signedIn, string scope = "read") => _api.Token(payload =>
    {
        payload["acr"] = level;
        payload["auth_time"] = signedIn;
        payload["scope"] = scope;
    });

    private static void AssertStepUp(Reply reply, string demands)
    {
        Assert.Equal(
            (HttpStatusCode.Unauthorized, """{"error":"insufficient_user_authentication"}"""),
            (reply.Status, reply.Body));
        Assert.Equal(Start + demands, reply.Challenge);
    }

    private sealed class RouteGroupBuilderStub : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) => throw new NotSupportedException();
    }
}
