using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>The authorization code grant (CODE-01 to CODE-08).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class CodeGrantTests(SharedServer tokens)
{
    private const string SecondUri = "https://other.example/second";

    [Fact]
    [Row("CODE-01")]
    public async Task A_code_buys_tokens_once()
    {
        var code = await tokens.CodeAsync();

        Assert.NotNull(
            (await tokens.Server.RedeemAsync(code, redirectUri: TestData.WebRedirectUri)).IsTokens().RefreshToken);
        (await tokens.Server.RedeemAsync(code, redirectUri: TestData.WebRedirectUri)).IsError("invalid_grant");
    }

    [Fact]
    [Row("CODE-02")]
    public async Task The_code_is_required_and_must_be_known()
    {
        var other = await tokens.TokensAsync();

        (await tokens.Server.RedeemAsync(null)).IsError("invalid_request");
        (await tokens.Server.RedeemAsync("")).IsError("invalid_request");
        foreach (var garbage in new[]
        {
            "garbage",
            new string('A', 43),
            "é✓",
            " ",
            other.RefreshToken,
            other.AccessToken,
        })
        {
            (await tokens.Server.RedeemAsync(garbage)).IsError("invalid_grant");
        }

        (await tokens.Server.RefreshAsync(other.RefreshToken)).IsTokens();
    }

    [Theory]
    [Row("CODE-03")]
    [InlineData(601)]
    [InlineData(3600)]
    public async Task A_code_expires_after_its_lifetime(int seconds)
    {
        var code = await tokens.CodeAsync();
        await tokens.Database.AgeAsync(TimeSpan.FromSeconds(seconds));

        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");
    }

    [Fact]
    [Row("CODE-03")]
    public async Task A_code_that_is_nearly_expired_still_buys_tokens()
    {
        var code = await tokens.CodeAsync();
        await tokens.Database.AgeAsync(TimeSpan.FromSeconds(580));

        (await tokens.Server.RedeemAsync(code)).IsTokens();
    }

    [Theory]
    [Row("CODE-03")]
    [InlineData("00:10:01", false)]
    [InlineData("01:00:00", false)]
    [InlineData("00:00:00", false)]
    [InlineData("-00:01:00", false)]
    [InlineData("00:10:00", true)]
    public async Task A_code_lifetime_above_ten_minutes_stops_the_start(string lifetime, bool starts) =>
        Assert.Equal(starts, await OwnServer.WouldStartAsync($"OAuth:AuthorizationCodeLifetime={lifetime}"));

    [Fact]
    [Row("CODE-04")]
    public async Task A_code_is_bound_to_its_client()
    {
        var code = await tokens.CodeAsync();

        (await tokens.Server.RedeemAsync(code, TestData.OtherWeb)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, TestData.Spa)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, TestData.Native, TestData.WebRedirectUri)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code)).IsTokens();
    }

    [Theory]
    [Row("CODE-05")]
    [InlineData(TestData.OtherWeb, TestData.OtherWebRedirectUri, SecondUri)]
    [InlineData(TestData.OtherWeb, TestData.OtherWebRedirectUri, TestData.OtherWebRedirectUri + "/")]
    [InlineData(TestData.OtherWeb, TestData.OtherWebRedirectUri, TestData.OtherWebRedirectUri + "?x=1")]
    [InlineData(TestData.OtherWeb, TestData.OtherWebRedirectUri, "HTTPS://other.example/cb")]
    [InlineData(TestData.OtherWeb, TestData.OtherWebRedirectUri, TestData.WebRedirectUri)]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb", "http://127.0.0.1:51005/cb")]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb", "http://127.0.0.1/cb")]
    [InlineData(TestData.Native, "http://127.0.0.1:51004/cb", "http://[::1]:51004/cb")]
    public async Task A_code_is_bound_to_its_redirect_uri(string clientId, string asked, string presented)
    {
        var code = await tokens.CodeAsync(AuthorizationAsk.For(clientId, asked));

        (await tokens.Server.RedeemAsync(code, clientId, presented)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, clientId, asked)).IsTokens();
    }

    [Fact]
    [Row("CODE-06")]
    public async Task The_redirect_uri_may_be_left_out_only_under_PKCE()
    {
        var legacy = AuthorizationAsk.For(TestData.Legacy, TestData.LegacyRedirectUri);
        var bare = legacy.With("code_challenge", null).With("code_challenge_method", null);

        (await tokens.Server.RedeemAsync(await tokens.CodeAsync())).IsTokens();
        (await tokens.Server.RedeemAsync(await tokens.CodeAsync(legacy), TestData.Legacy)).IsTokens();
        var code = await tokens.CodeAsync(bare);
        (await tokens.Server.RedeemAsync(code, TestData.Legacy, verifier: null)).IsError("invalid_request");
        (await tokens.Server.RedeemAsync(code, TestData.Legacy, TestData.LegacyRedirectUri, verifier: null)).IsTokens();
        // What was not sent in the authorization request need not be sent here (RFC 6749 §4.1.3).
        (await tokens.Server.RedeemAsync(
            await tokens.CodeAsync(bare.With("redirect_uri", null)), TestData.Legacy, verifier: null)).IsTokens();
    }

    [Theory]
    [Row("CODE-07")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(700)]
    public async Task A_replayed_code_is_denied_and_everything_issued_from_it_dies(int secondsLater)
    {
        var code = await tokens.CodeAsync();
        var first = (await tokens.Server.RedeemAsync(code)).IsTokens();
        var rotated = (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();
        if (secondsLater > 0) await tokens.Database.AgeAsync(TimeSpan.FromSeconds(secondsLater));

        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");

        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(rotated.RefreshToken)).IsError("invalid_grant");
        Assert.True(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        Assert.True(await tokens.Server.IsRevokedAsync(rotated.AccessToken!));
    }

    [Theory]
    [Row("CODE-07")]
    [InlineData(TestData.Web, TestData.WebRedirectUri, 2)]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri, 2)]
    [InlineData(TestData.Native, "com.example.app:/cb", 2)]
    [InlineData(TestData.Web, TestData.WebRedirectUri, 4)]
    public async Task An_app_that_exchanges_its_code_twice_is_told_just_that(string clientId, string uri, int times)
    {
        var code = await tokens.CodeAsync(AuthorizationAsk.For(clientId, uri));
        (await tokens.Server.RedeemAsync(code, clientId)).IsTokens();

        for (var i = 1; i < times; i++)
        {
            var again = (await tokens.Server.RedeemAsync(code, clientId)).IsError("invalid_grant");
            Assert.StartsWith("This client exchanged the code before", again.Description(), StringComparison.Ordinal);
            Assert.EndsWith(again.CorrelationId()!, again.Description(), StringComparison.Ordinal);
        }

        // Nobody else learns that the code was ever good.
        var stranger = await tokens.Server.RedeemAsync(code, TestData.OtherWeb);
        var thief = await tokens.Server.RedeemAsync(code, clientId, verifier: new string('a', 43));
        Assert.DoesNotContain("before", stranger.Description(), StringComparison.Ordinal);
        Assert.DoesNotContain("before", thief.Description(), StringComparison.Ordinal);
    }

    [Fact]
    [Row("CODE-07")]
    public async Task A_replay_touches_no_other_grant()
    {
        var other = await tokens.TokensAsync();
        var code = await tokens.CodeAsync();
        (await tokens.Server.RedeemAsync(code)).IsTokens();

        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");

        (await tokens.Server.RefreshAsync(other.RefreshToken)).IsTokens();
    }

    [Fact]
    [Row("CODE-08")]
    public async Task Invalid_attempts_neither_burn_a_code_nor_revoke_tokens()
    {
        var code = await tokens.CodeAsync();
        await InvalidAttemptsAsync(code);
        var first = (await tokens.Server.RedeemAsync(code)).IsTokens();

        await InvalidAttemptsAsync(code);

        Assert.False(await tokens.Server.IsRevokedAsync(first.AccessToken!));
        (await tokens.Server.RefreshAsync(first.RefreshToken)).IsTokens();
    }

    private async Task InvalidAttemptsAsync(string code)
    {
        (await tokens.Server.RedeemAsync(code, verifier: new string('a', 43))).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, verifier: null)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, TestData.OtherWeb)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code, redirectUri: SecondUri)).IsError("invalid_grant");
        (await tokens.Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", TestData.Web),
            ("client_secret", "wrong"))).IsUnauthorized();
    }
}
