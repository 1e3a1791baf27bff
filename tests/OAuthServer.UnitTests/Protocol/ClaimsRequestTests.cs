using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Reading the parameter claims (OpenID Connect Core §5.5).</summary>
public sealed class ClaimsRequestTests
{
    [Theory]
    [InlineData("""{}""", "", "")]
    [InlineData("""{"userinfo": null, "other": 1}""", "", "")]
    [InlineData(
        """{"userinfo": {"picture": {"value": "x"}, "name": {"essential": true}, "no_such": null}}""",
        "name picture",
        "")]
    [InlineData("""{"id_token": {"email": {"values": ["a"]}, "auth_time": {"essential": true}}}""", "", "email")]
    public void It_names_claims_that_there_are(string text, string userInfo, string idToken)
    {
        Assert.True(ClaimsRequest.TryParse(text, out var claims));

        Assert.Equal((userInfo, idToken), (string.Join(' ', claims.UserInfo), string.Join(' ', claims.IdToken)));
        var stored = ClaimsRequest.Of(claims.ToStored());
        Assert.Equal((userInfo, idToken), (string.Join(' ', stored.UserInfo), string.Join(' ', stored.IdToken)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"userinfo\": 1}")]
    [InlineData("{\"userinfo\": {\"name\": true}}")]
    [InlineData("{\"userinfo\": {\"name\": {\"essential\": 1}}}")]
    [InlineData("{\"userinfo\": {\"name\": {\"values\": \"a\"}}}")]
    [InlineData("{\"userinfo\": {\"name\": null, \"name\": null}}")]
    [InlineData("{\"userinfo\": {\"\\ud800\": null}}")]
    [InlineData("{\"id_token\": {\"sub\": {\"value\": \"\\ud800\"}}}")]
    [InlineData("{\"id_token\": {\"acr\": {\"essential\": true, \"value\": \"\\ud800\"}}}")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}")]
    public void What_has_another_form_is_refused(string text) => Assert.False(ClaimsRequest.TryParse(text, out _));

    [Theory]
    [InlineData("""{"essential": true, "value": "gold"}""", true)]
    [InlineData("""{"essential": true, "values": ["gold", 2]}""", true)]
    [InlineData("""{"essential": true, "values": ["gold", "1fa"]}""", false)]
    [InlineData("""{"essential": true, "values": []}""", false)]
    [InlineData("""{"essential": true}""", false)]
    [InlineData("""{"essential": false, "value": "gold"}""", false)]
    [InlineData("null", false)]
    public void An_essential_level_that_nobody_can_reach_is_known(string acr, bool outOfReach)
    {
        Assert.True(ClaimsRequest.TryParse("{\"id_token\": {\"acr\": " + acr + "}}", out var claims));
        Assert.Equal(outOfReach, claims.IsOutOfReach);
    }

    [Fact]
    public void What_a_client_may_not_have_by_a_scope_it_does_not_get_by_a_claim()
    {
        Assert.True(ClaimsRequest.TryParse(
            """{"userinfo": {"name": null, "email": null}, "id_token": {"address": null}}""", out var claims));

        var left = claims.Among(["openid", "email"]);

        Assert.Equal(["email"], left.UserInfo);
        Assert.Empty(left.IdToken);
        Assert.Equal(["email"], left.Scopes);
        Assert.Null(claims.Among(["openid"]).ToStored());
    }
}
