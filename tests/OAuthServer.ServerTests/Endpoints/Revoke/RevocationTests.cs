using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Revoke;

/// <summary>The revocation endpoint (REV-01 to REV-08).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RevocationTests(SharedServer tokens)
{
    // Another issuer's: {"iss":"https://other.example","exp":9999999999,"jti":"x","client_id":"demo-web"} with a
    // signature that is none.
    private const string ForeignJwt =
        "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiJ9."
        + "eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJleHAiOjk5OTk5OTk5OTksImp0aSI6IngiLCJj"
        + "bGllbnRfaWQiOiJkZW1vLXdlYiJ9.AAAA";

    [Fact]
    [Row("REV-01")]
    public async Task Revoking_a_refresh_token_ends_the_grant()
    {
        var first = await tokens.TokensAsync();
        var second = (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();

        (await tokens.Server.RevokeAsync(second.RefreshToken)).IsDone();

        (await tokens.Server.RefreshAsync(second.RefreshToken)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
        Assert.True(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        Assert.True(await tokens.Server.IsRevokedAsync(second.AccessToken!));
    }

    [Fact]
    [Row("REV-01")]
    public async Task Revoking_a_used_refresh_token_ends_the_grant_too()
    {
        var first = await tokens.TokensAsync();
        var second = (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();

        (await tokens.Server.RevokeAsync(first.RefreshToken)).IsDone();

        (await tokens.Server.RefreshAsync(second.RefreshToken)).IsError("invalid_grant");
    }

    [Fact]
    [Row("REV-02")]
    public async Task Revoking_an_access_token_ends_it_alone()
    {
        var first = await tokens.TokensAsync();

        (await tokens.Server.RevokeAsync(first.AccessToken)).IsDone();

        Assert.True(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        var second = (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();
        Assert.False(await tokens.Server.IsRevokedAsync(second.AccessToken!));
    }

    [Fact]
    [Row("REV-03")]
    public async Task Unknown_expired_and_revoked_tokens_are_fine()
    {
        foreach (var nothing in new[]
        {
            "garbage",
            "a.b.c",
            "..",
            new string('A', 43),
            ForeignJwt,
            "é✓",
            await tokens.CodeAsync(),
        })
        {
            (await tokens.Server.RevokeAsync(nothing)).IsDone();
        }

        var first = await tokens.TokensAsync();
        foreach (var token in new[] { first.AccessToken, first.AccessToken, first.RefreshToken, first.RefreshToken })
            (await tokens.Server.RevokeAsync(token)).IsDone();
        var old = await tokens.TokensAsync();
        await tokens.Database.AgeAsync(TimeSpan.FromDays(8));
        (await tokens.Server.RevokeAsync(old.RefreshToken)).IsDone();
    }

    [Theory]
    [Row("REV-04")]
    [InlineData("")]
    [InlineData("token=&")]
    [InlineData("refresh_token=x&")]
    public async Task The_token_is_required(string body) =>
        (await tokens.Server.PostRawAsync(
            "/oauth/revoke",
            $"{body}client_id={TestData.Web}&client_secret={TestData.Secret}")).IsError("invalid_request");

    [Theory]
    [Row("REV-05")]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("foo")]
    [InlineData("")]
    public async Task A_wrong_or_unknown_hint_does_not_matter(string hint)
    {
        var first = await tokens.TokensAsync();
        var second = await tokens.TokensAsync();

        (await tokens.Server.RevokeAsync(first.RefreshToken, hint: hint)).IsDone();
        (await tokens.Server.RevokeAsync(second.AccessToken, hint: hint)).IsDone();

        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
        Assert.True(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        Assert.True(await tokens.Server.IsRevokedAsync(second.AccessToken!));
    }

    [Fact]
    [Row("REV-06")]
    public async Task The_client_is_identified_as_at_the_token_endpoint()
    {
        var web = await tokens.TokensAsync();
        (await tokens.Server.PostFormAsync("/oauth/revoke", ("token", web.RefreshToken))).IsUnauthorized();
        (await tokens.Server.PostFormAsync("/oauth/revoke", ("token", web.RefreshToken), ("client_id", TestData.Web)))
            .IsUnauthorized();
        (await tokens.Server.PostFormAsync(
            "/oauth/revoke",
            ("token", web.RefreshToken),
            ("client_id", TestData.Web),
            ("client_secret", "wrong"))).IsUnauthorized();
        (await tokens.Server.PostFormAsync(
            "/oauth/revoke",
            ("token", web.AccessToken),
            ("client_id", TestData.Web),
            ("client_secret", "wrong"))).IsUnauthorized();
        Assert.False(await tokens.Server.IsRevokedAsync(web.AccessToken!));
        (await tokens.Server.RefreshAsync(web.RefreshToken)).IsTokens();

        var spa = await tokens.TokensAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri), TestData.Spa);
        (await tokens.Server.RevokeAsync(spa.RefreshToken, TestData.Spa)).IsDone();
        (await tokens.Server.RefreshAsync(spa.RefreshToken, TestData.Spa)).IsError("invalid_grant");
    }

    [Fact]
    [Row("REV-06")]
    public async Task A_client_that_comes_by_Basic_revokes()
    {
        var first = await tokens.TokensAsync();
        var basic = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{TestData.Web}:{TestData.Secret}"));

        (await tokens.Server.PostRawAsync(
            "/oauth/revoke", $"token={first.RefreshToken}", headers: ("Authorization", "Basic " + basic))).IsDone();

        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
    }

    [Fact]
    [Row("REV-07")]
    public async Task Only_the_owner_revokes()
    {
        var web = await tokens.TokensAsync();
        foreach (var other in new[] { TestData.OtherWeb, TestData.Spa })
        {
            (await tokens.Server.RevokeAsync(web.RefreshToken, other)).IsError("invalid_grant");
            (await tokens.Server.RevokeAsync(web.AccessToken, other)).IsError("invalid_grant");
        }

        Assert.False(await tokens.Server.IsRevokedAsync(web.AccessToken!));
        (await tokens.Server.RefreshAsync(web.RefreshToken)).IsTokens();
    }

    [Fact]
    [Row("REV-08")]
    public async Task Unsupported_token_type_is_only_for_a_kind_that_cannot_be_revoked()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Database = tokens.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:AccessTokenRevocation"] = "false" },
        });
        var first = await tokens.TokensAsync();

        (await server.RevokeAsync(first.AccessToken)).IsError("unsupported_token_type");
        Assert.False(await server.IsRevokedAsync(first.AccessToken!));
        (await server.RevokeAsync(first.RefreshToken, hint: "access_token")).IsDone();
        (await server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
    }
}
