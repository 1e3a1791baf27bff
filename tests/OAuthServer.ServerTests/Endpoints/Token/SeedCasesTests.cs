using System.Net;
using OAuthServer.Operators.Doctor;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>What every authorization server must get right: expiry, reuse, PKCE, rotation, narrowing and revocation.</summary>
public sealed class SeedCasesTests(FlowServer flow) : IClassFixture<FlowServer>
{
    [Fact]
    public async Task An_expired_code_is_refused()
    {
        var code = await flow.CodeAsync();
        await flow.Database.AgeAsync(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        var reply = await flow.Server.RedeemAsync(code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_code_that_is_nearly_expired_still_buys_tokens()
    {
        var code = await flow.CodeAsync();
        await flow.Database.AgeAsync(TimeSpan.FromMinutes(9));

        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task A_code_redeemed_twice_is_refused_and_takes_its_tokens_along()
    {
        var code = await flow.CodeAsync();
        var first = await flow.Server.RedeemAsync(code);

        var second = await flow.Server.RedeemAsync(code);

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (second.Status, second.Error));
        Assert.Equal("invalid_grant", (await flow.Server.RefreshAsync(first.RefreshToken)).Error);
        Assert.True(await flow.Server.IsRevokedAsync(first.AccessToken!));
    }

    [Fact]
    public async Task The_right_verifier_buys_tokens_and_a_wrong_or_missing_one_does_not()
    {
        var code = await flow.CodeAsync();

        Assert.Equal("invalid_grant", (await flow.Server.RedeemAsync(code, verifier: new string('a', 43))).Error);
        Assert.Equal("invalid_grant", (await flow.Server.RedeemAsync(code, verifier: AuthorizationAsk.Challenge)).Error);
        Assert.Equal("invalid_grant", (await flow.Server.RedeemAsync(code, verifier: null)).Error);
        Assert.Equal("invalid_request", (await flow.Server.RedeemAsync(code, verifier: "short")).Error);
        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task Rotation_replaces_the_refresh_token_each_time_and_reuse_kills_the_family()
    {
        var first = await flow.TokensAsync();
        var second = await flow.Server.RefreshAsync(first.RefreshToken);
        var third = await flow.Server.RefreshAsync(second.RefreshToken);

        Assert.Equal(3, new[] { first.RefreshToken, second.RefreshToken, third.RefreshToken }.Distinct().Count());
        Assert.Equal("invalid_grant", (await flow.Server.RefreshAsync(first.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await flow.Server.RefreshAsync(third.RefreshToken)).Error);
    }

    [Fact]
    public async Task A_narrower_scope_holds_for_one_access_token_and_a_wider_one_is_refused()
    {
        var first = await flow.TokensAsync(new AuthorizationAsk().With("scope", "read write"));
        var narrowed = await flow.Server.RefreshAsync(first.RefreshToken, scope: "write");
        var full = await flow.Server.RefreshAsync(narrowed.RefreshToken);

        Assert.Equal("read write", first.Scope);
        Assert.Equal("write", narrowed.Scope);
        Assert.Equal("read write", full.Scope);
        Assert.Equal("invalid_scope", (await flow.Server.RefreshAsync(full.RefreshToken, scope: "read admin")).Error);
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    [InlineData(null)]
    public async Task A_revoked_refresh_token_is_dead_and_so_are_its_access_tokens(string? hint)
    {
        var tokens = await flow.TokensAsync();

        Assert.Equal(HttpStatusCode.OK, (await flow.Server.RevokeAsync(tokens.RefreshToken, hint: hint)).Status);

        Assert.Equal("invalid_grant", (await flow.Server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.True(await flow.Server.IsRevokedAsync(tokens.AccessToken!));
    }
}
