using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>A session belongs to the pages: no protocol endpoint reads it, so none renews it.</summary>
[JudgesDeployment]
public sealed class SessionRenewalTests
{
    [Fact]
    [Row("TOK-06")]
    public async Task A_session_that_is_due_for_renewal_is_renewed_by_a_page_and_by_no_form_endpoint_or_document()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        using var browser = new TestBrowser(server);
        await browser.SignInAsync();
        clock.Advance(TimeSpan.FromHours(5));
        var before = browser.SetCookies.Count;

        foreach (var path in (string[])["/oauth/token", "/oauth/refresh", "/oauth/revoke"])
        {
            using var answer = await browser.PostAsync(
                path, [new("client_id", TestData.Web), new("client_secret", TestData.Secret)]);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        foreach (var path in (string[])[
            "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/oauth/revocations", "/health/live",
        ])
        {
            using var answer = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(before, browser.SetCookies.Count);
        using var page = await browser.GetAsync("/account/connections");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.True(browser.SetCookies.Count > before);
    }
}
