using System.Net;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>What ends with a session, and what outlives it.</summary>
public sealed class SessionEndTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    [Fact]
    [Row("LOGOUT-09")]
    public async Task Refresh_tokens_of_the_session_end_and_offline_and_plain_ones_stay()
    {
        var app = await AddAppAsync();
        var (_, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        var bound = await apps.OpenAsync(browser, app);
        var offline = await apps.OpenAsync(browser, app, "openid read offline_access");
        var plain = await apps.OpenAsync(browser, app, "read");
        using var elsewhere = await apps.SignInAsync(email);
        var other = await apps.OpenAsync(elsewhere, app);

        await browser.SignOutAsync();

        Assert.Equal("invalid_grant", (await apps.Server.RefreshAsync(bound.RefreshToken, app)).Error);
        Assert.True(await apps.Server.IsRevokedAsync(bound.AccessToken!));
        foreach (var kept in new[] { offline, plain, other })
        {
            Assert.False(await apps.Server.IsRevokedAsync(kept.AccessToken!));
            Assert.Equal(HttpStatusCode.OK, (await apps.Server.RefreshAsync(kept.RefreshToken, app)).Status);
        }

        Assert.Equal(
            1,
            await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'grant_withdrawn' AND client_id = $1 "
                    + "AND detail = 'its session is over'",
                app));
    }

    /// <summary>
    /// A code of a session that is over signs nobody in, offline access or not; a plain one was no sign-in.
    /// </summary>
    [Fact]
    public async Task Codes_of_the_session_that_nobody_redeemed_end_with_it()
    {
        var app = await AddAppAsync();
        var (_, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        var codes = new List<string>();
        foreach (var scope in new[] { "openid", "openid offline_access", "read" })
            codes.Add((await browser.AuthorizeAsync(SignOutApps.Ask(app, scope))).Code!);
        await browser.SignOutAsync();

        Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(codes[0], app)).Error);
        Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(codes[1], app)).Error);
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.RedeemAsync(codes[2], app)).Status);
    }

    [Fact]
    public async Task A_session_that_has_ended_is_a_strangers_at_the_next_request_on_every_instance()
    {
        await using var second = await apps.StartAsync();
        var app = await AddAppAsync();
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        await apps.OpenAsync(browser, app);
        using var consent = await browser.GetAsync(OpenIdAsks.For("openid", app).With("prompt", "consent").Path);
        await apps.Database.ExecuteAsync("UPDATE account_sessions SET ended_at = now() WHERE user_id = $1", person);

        foreach (var server in new[] { apps.Server, second })
        {
            // Each with the cookie as it was: an answer takes it away.
            using var copy = new TestBrowser(server);
            foreach (var path in new[] { "/account/connections", "/account/sessions", "/account/password" })
            {
                using var page = await WithCookiesOf(browser, server, path);
                Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
                Assert.StartsWith("/account/sign-in", page.Headers.Location!.OriginalString, StringComparison.Ordinal);
            }

            using (var asked = await WithCookiesOf(browser, server, OpenIdAsks.For("openid", app).Path))
                Assert.StartsWith("/account/sign-in", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
            using (var silent = await WithCookiesOf(
                browser, server, OpenIdAsks.For("openid", app).With("prompt", "none").Path))
            {
                Assert.Contains("error=login_required", silent.Headers.Location!.Query, StringComparison.Ordinal);
            }

            using (var form = await WithCookiesOf(browser, server, "/account/sign-in?reauthenticate=true"))
                Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        }

        using var answered = await browser.DecideAsync(consent, "allow");
        Assert.StartsWith("/oauth/authorize?", answered.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    [Row("LOGOUT-11")]
    public async Task Sid_stays_while_the_session_lives()
    {
        var (app, other) = (await AddAppAsync(), await AddAppAsync());
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        var first = await apps.OpenAsync(browser, app);
        var sids = new List<string> { Sid(first) };
        sids.Add(Sid((await apps.Server.RefreshAsync(first.RefreshToken, app)).IsOk()));
        sids.Add(Sid(await apps.OpenAsync(browser, other)));
        // Step-up: the same person types the password once more.
        var again = OpenIdAsks.For("openid", app).With("prompt", "login");
        sids.Add(
            Sid((await apps.Server.RedeemAsync((await AuthorizeAsAsync(browser, again, email)).Code, app)).IsOk()));
        sids.Add(Sid(await apps.OpenAsync(browser, app)));
        Assert.Single(sids.Distinct());
        Assert.Equal(
            1,
            await apps.Database.ScalarAsync<long>("SELECT count(*) FROM account_sessions WHERE user_id = $1", person));

        await browser.SignOutAsync();
        await browser.SignInAsync(email);
        Assert.NotEqual(sids[0], Sid(await apps.OpenAsync(browser, app)));
        using var elsewhere = await apps.SignInAsync(email);
        Assert.DoesNotContain(Sid(await apps.OpenAsync(elsewhere, app)), sids);
    }

    private static string Sid(Reply reply) => reply.IdToken()!.GetPayloadValue<string>("sid");

    private static async Task<AuthorizationAnswer> AuthorizeAsAsync(
        TestBrowser browser, AuthorizationAsk ask, string email)
    {
        using var asked = await browser.GetAsync(ask.Path);
        using var page = await browser.GetAsync(asked.Headers.Location!.OriginalString);
        using var typed = await browser.TypePasswordAsync(page, email);
        using var answer = await browser.GetAsync(typed.Headers.Location!.OriginalString);
        return new AuthorizationAnswer(answer.Headers.Location!.OriginalString);
    }

    private static async Task<HttpResponseMessage> WithCookiesOf(TestBrowser browser, TestServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation(
            "Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        return await server.Http.SendAsync(request);
    }

    private async Task<string> AddAppAsync()
    {
        var id = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(id);
        return id;
    }
}

/// <summary>What an app expects of an answer.</summary>
internal static class Answers
{
    public static Reply IsOk(this Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, reply.Body);
        return reply;
    }
}
