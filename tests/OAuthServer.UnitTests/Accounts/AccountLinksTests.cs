using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>
/// Links between pages stand below the issuer's path, and what comes back in them is taken apart as it was made.
/// </summary>
public sealed class AccountLinksTests
{
    private readonly AccountLinks _links = Links("https://login.example.com/auth");

    [Fact]
    public void Links_stand_below_the_issuers_path_and_escape_the_return_target()
    {
        Assert.Equal("/auth/account/sign-in", _links.SignIn());
        Assert.Equal("/auth/account/connections", _links.Connections);
        Assert.Equal("/auth/oauth/authorize?a=b&c", _links.Authorize("?a=b&c"));
        Assert.Equal("/auth/oauth/authorize/cancel?a=b&c", _links.CancelAuthorize("?a=b&c"));
        Assert.Equal(
            "/auth/account/sign-in?reauthenticate=true&returnUrl=%2Fauth%2Foauth%2Fauthorize%3Fa%3Db%26c",
            _links.SignIn(_links.Authorize("?a=b&c"), SignInAs.TheSame));
        Assert.Equal("/auth/account/sign-in?reauthenticate=another", _links.SignIn(null, SignInAs.Another));
    }

    [Theory]
    [InlineData("?reauthenticate=true", SignInAs.TheSame)]
    [InlineData("?returnUrl=x&reauthenticate=another", SignInAs.Another)]
    [InlineData("?reauthenticate=", SignInAs.Whoever)]
    [InlineData("?reauthenticate=other", SignInAs.Whoever)]
    [InlineData("?reauthenticate=true&reauthenticate=another", SignInAs.Whoever)]
    [InlineData("", SignInAs.Whoever)]
    public void Who_is_to_sign_in_is_read_as_it_was_written(string query, object who)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);

        Assert.Equal(who, AccountLinks.Who(http.Request));
    }

    [Fact]
    public void Without_a_path_in_the_issuer_they_stand_at_the_root() =>
        Assert.Equal("/account/password", Links("https://login.example.com").Password);

    [Theory]
    [InlineData("/auth/oauth/authorize?a=b", "?a=b")]
    [InlineData("/auth/oauth/authorize", null)]
    [InlineData("/auth/oauth/authorizeX?a=b", null)]
    [InlineData("/oauth/authorize?a=b", null)]
    [InlineData("/auth/account/connections", null)]
    public void Only_an_authorization_request_has_its_query(string target, string? query) =>
        Assert.Equal(query, _links.AuthorizeQuery(target));

    [Theory]
    [InlineData("?returnUrl=%2Fauth%2Faccount%2Fconnections", "/auth/account/connections")]
    [InlineData("?returnUrl=https%3A%2F%2Felsewhere.example", null)]
    [InlineData("?returnUrl=%2Fauth%2Faccount%2Fpassword&returnUrl=%2Fauth%2Faccount%2Fpassword", null)]
    [InlineData("", null)]
    public void A_return_target_counts_once_and_when_it_is_internal(string query, string? target)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);

        Assert.Equal(target, _links.ReturnTarget(http.Request));
    }

    private static AccountLinks Links(string issuer) =>
        new(new ServerAddress(Options.Create(new OAuthOptions { Issuer = issuer })));
}
