using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.ServerTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>Sign-in tells nobody which accounts exist (v2-1 §7.7); how long it takes is in RefusalTimeTests.</summary>
[JudgesDeployment]
public sealed class EnumerationTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("UI-09")]
    public async Task Unknown_wrong_locked_and_disabled_get_the_same_status_bytes_and_headers()
    {
        await _server.Database.ExecuteAsync(
            "UPDATE accounts SET lockout_end = NULL, access_failed_count = 0, disabled_at = NULL");
        var (unknown, unknownHeaders) = await FailAsync("never@example.com", "wrong-demo-password");
        var wrong = await FailAsync(TestData.Email, "wrong-demo-password");
        await _server.Database.ExecuteAsync(
            "UPDATE accounts SET lockout_end = now() + interval '5 minutes' WHERE id = $1", TestData.AliceId);
        await _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", TestData.BobId);
        var locked = await FailAsync(TestData.Email, TestData.Password);
        var disabled = await FailAsync(TestData.OtherEmail, TestData.Password);

        foreach (var (body, headers) in new[] { wrong, locked, disabled })
        {
            Assert.Equal(unknown, body);
            Assert.Equal(unknownHeaders, headers);
        }
    }

    // What differs from request to request is taken out: the form's token, and what the person typed.
    private async Task<(string Body, string Headers)> FailAsync(string email, string password)
    {
        using var browser = new TestBrowser(_server);
        using var answer = await browser.TypePasswordAsync(await browser.GetAsync("/account/sign-in"), email, password);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync(Ct);
        var headers = SteadyAnswer.HeadersOf(answer).Select(header =>
            $"{header.Name}: {(header.Name is "Set-Cookie" or "Content-Length" ? "-" : header.Value)}");
        return (
            SteadyAnswer.OfPage(body).Replace($"value=\"{email}\"", "", StringComparison.Ordinal),
            string.Join('\n', headers));
    }
}
