using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>An issuer with a path: everything but the metadata stands below it (RFC 8414 §3.1).</summary>
public sealed class IssuerPathTests
{
    private const string Root = "/tenant1";
    private const string Issuer = "https://as.example.test" + Root;

    [Fact]
    public async Task The_whole_flow_runs_below_the_path_of_the_issuer()
    {
        await using var server = await StartAsync();
        using var browser = new TestBrowser(server);

        var answer = await AuthorizeAsync(browser);

        Assert.Equal((TestData.WebRedirectUri, Issuer), (answer.Target, answer["iss"]));
        var tokens = await server.PostFormAsync(
            Root + "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", answer.Code),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        Assert.Equal(Issuer, new JsonWebToken(tokens.AccessToken).Issuer);
        var above = await server.PostFormAsync("/oauth/token", ("grant_type", "refresh_token"));
        Assert.Equal(HttpStatusCode.NotFound, above.Status);
    }

    [Fact]
    public async Task An_outage_is_a_page_for_people_also_below_a_path()
    {
        await using var server = await StartAsync();
        await server.Database.ExecuteAsync("ALTER TABLE oauth_clients RENAME TO oauth_clients_away");
        var address = new Uri(Root + new AuthorizationAsk().Path, UriKind.Relative);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept", "text/html");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True((int)answer.StatusCode >= 500);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    private static Task<TestServer> StartAsync() =>
        TestServer.StartAsync(new() { Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = Issuer } });

    private static async Task<AuthorizationAnswer> AuthorizeAsync(TestBrowser browser)
    {
        using var asked = await browser.GetAsync(Root + new AuthorizationAsk().Path);
        using var signIn = await browser.GetAsync(asked.Headers.Location!.OriginalString);
        using var signedIn = await browser.TypePasswordAsync(signIn);
        var back = signedIn.Headers.Location!.OriginalString;
        Assert.StartsWith(Root + "/oauth/authorize?", back, StringComparison.Ordinal);
        using var consent = await browser.GetAsync(signedIn.Headers.Location!.OriginalString);
        using var done = await browser.DecideAsync(consent, "allow");
        return new AuthorizationAnswer(done.Headers.Location!.OriginalString);
    }
}
