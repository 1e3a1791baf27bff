using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>A challenge names every scope that the endpoint asks for, wherever the demand stands.</summary>
public sealed class NeededScopeTests : IAsyncLifetime
{
    private const string Start = $"Bearer realm=\"{TestApi.Audience}\", "
        + $"resource_metadata=\"{TestApi.MetadataAddress}\"";

    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync(
        host: builder =>
            builder.Services.AddAuthorizationBuilder().AddPolicy("payers", policy => policy.RequireScope("pay")),
        map: app =>
        {
            app.MapGet("/both", () => "ok").RequireScope("read", "write");
            app.MapGroup("/group")
                .RequireScope("read")
                .MapGet("/pay", () => "ok")
                .RequireScope("write")
                .RequireAuthorization("payers");
        });

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [Row("PRM-05")]
    [InlineData("/both", "read write")]
    [InlineData("/group/pay", "pay read write")]
    public async Task One_challenge_names_all_scopes_that_are_needed(string path, string scopes)
    {
        var missing = await _api.GetAsync(null, path);
        Expect.MissingToken(missing, scopes);
        Expect.InsufficientScope(await _api.GetAsync(_api.Token(payload => payload["scope"] = "other"), path), scopes);
        Expect.InsufficientScope(await _api.GetAsync(_api.Token(payload => payload["scope"] = "read"), path), scopes);
        Expect.Ok(await _api.GetAsync(_api.Token(payload => payload["scope"] = scopes), path));
    }

    [Fact]
    [Row("PRM-05")]
    public async Task Who_has_to_fetch_another_token_learns_what_it_has_to_hold()
    {
        var invalid = await _api.GetAsync("abc", "/both");
        var expired = await _api.GetAsync(_api.Token(payload => payload["exp"] = _api.Now - 60), "/both");
        Expect.InvalidToken(invalid);
        Expect.TokenExpired(expired);
        Assert.All(
            [invalid, expired],
            reply => Assert.EndsWith(", scope=\"read write\"", reply.Challenge, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_scope_is_needed_or_another_token_would_not_help_none_is_named()
    {
        var any = await _api.GetAsync(null, "/any");
        Assert.Equal((HttpStatusCode.Unauthorized, Start), (any.Status, any.Challenge));
        var malformed = await _api.GetAsync("a b", "/both");
        Expect.InvalidRequest(malformed);
        Assert.DoesNotContain("scope=", malformed.Challenge, StringComparison.Ordinal);
    }
}
