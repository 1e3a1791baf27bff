using System.Net;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>One act ends everything of one person, by the person and by an operator.</summary>
public sealed class AllAccessTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [Row("GTR-01")]
    [Row("GTR-05")]
    [InlineData("person")]
    [InlineData("command")]
    public async Task One_act_ends_everything_of_one_person(string by)
    {
        await using var second = await apps.StartAsync();
        var (person, email) = await apps.AddPersonAsync();
        var (_, otherEmail) = await apps.AddPersonAsync();
        string[] names = [await AddAppAsync(), await AddAppAsync(), await AddAppAsync(), await AddAppAsync()];
        string[] scopes = ["openid read", "openid read offline_access", "read", "openid"];
        using var one = await apps.SignInAsync(email);
        using var two = await apps.SignInAsync(email, second);
        using var three = await apps.SignInAsync(email);
        TestBrowser[] browsers = [one, two, three, one];
        var granted = new List<Reply>();
        for (var i = 0; i < 4; i++)
            granted.Add((await apps.OpenAsync(browsers[i], names[i], scopes[i], i == 1 ? second : apps.Server)).IsOk());
        using var stranger = await apps.SignInAsync(otherEmail);
        var foreign = await apps.OpenAsync(stranger, names[0]);
        var consents = await apps.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_consents WHERE user_id = $1", person);
        var before = await AccountAsync(person);

        await EndAsync(by, one, person);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(
                "invalid_grant",
                (await (i % 2 == 0 ? second : apps.Server).RefreshAsync(granted[i].RefreshToken, names[i])).Error);
            Assert.True(await apps.Server.IsRevokedAsync(granted[i].AccessToken!), scopes[i]);
        }

        foreach (var browser in new[] { one, two, three }) Assert.False(await browser.IsSignedInAsync());
        Assert.True(await stranger.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.UserInfoAsync(foreign.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.RefreshAsync(foreign.RefreshToken, names[0])).Status);
        Assert.Equal(before, await AccountAsync(person));
        Assert.Equal(
            consents,
            await apps.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_consents WHERE user_id = $1", person));
        await one.SignInAsync(email);

        // The apps with a sign-in hear of it, whose and which session; one audit event says how much it was.
        foreach (var app in new[] { names[0], names[1], names[3] })
            Assert.Equal(person.ToString(), Assert.Single(await apps.WaitForAsync(app)).Subject);
        await apps.WaitForAllAsync();
        Assert.Empty(apps.Posts(names[2]));
        var audit = Assert.Single(
            await apps.Database.QueryAsync(
                "SELECT detail, address FROM oauth_audit_events WHERE event = 'access_ended' "
                    + "AND pseudonym = pseudonym_of($1)",
                person));
        Assert.Equal($"sessions ended: 3, refresh tokens: 4, by {by}", audit["detail"]);
        Assert.Equal(by == "person", audit["address"] is not DBNull and not null);
    }

    [Theory]
    [Row("GTR-02")]
    [Row("GTR-03")]
    [InlineData("person")]
    [InlineData("command")]
    public async Task Nothing_in_flight_survives_and_new_tokens_need_a_new_sign_in(string by)
    {
        var app = await AddAppAsync();
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        using var acting = await apps.SignInAsync(email);
        var rotated = await apps.OpenAsync(browser, app, "openid read offline_access");
        var successor = (await apps.Server.RefreshAsync(rotated.RefreshToken, app)).IsOk();
        var codes = new List<string>();
        foreach (var scope in new[] { "openid", "openid offline_access", "read" })
            codes.Add((await browser.AuthorizeAsync(SignOutApps.Ask(app, scope))).Code!);
        using var consent = await browser.GetAsync(OpenIdAsks.For("openid", app).With("prompt", "consent").Path);
        var pushed = await apps.Server.PostFormAsync(
            "/oauth/par",
            [
                .. OpenIdAsks.For("openid", app)
                    .Adding("prompt", "consent")
                    .Adding("client_secret", TestData.Secret).Parameters
                    .Select(p => (p.Key, (string?)p.Value)),
            ]);
        var reference = $"/oauth/authorize?client_id={app}"
            + $"&request_uri={Uri.EscapeDataString(pushed.Json!.Value.GetProperty("request_uri").GetString()!)}";
        using (var visited = await browser.GetAsync(reference)) Assert.Equal(HttpStatusCode.OK, visited.StatusCode);
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

        await EndAsync(by, acting, person);

        foreach (var code in codes) Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(code, app)).Error);
        // Inside the retry window of the last rotation, and its successor.
        foreach (var token in new[] { rotated.RefreshToken, successor.RefreshToken })
            Assert.Equal("invalid_grant", (await apps.Server.RefreshAsync(token, app)).Error);
        using (var answered = await browser.DecideAsync(consent, "allow"))
        {
            Assert.StartsWith("/oauth/authorize?", answered.Headers.Location!.OriginalString, StringComparison.Ordinal);
            using var led = await AskAsync(answered.Headers.Location.OriginalString, cookies);
            Assert.StartsWith("/account/sign-in", led.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        foreach (var path in new[] { OpenIdAsks.For("openid", app).Path, reference })
        {
            using var asked = await AskAsync(path, cookies);
            Assert.StartsWith("/account/sign-in", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        using (var silent = await AskAsync(OpenIdAsks.For("openid", app).With("prompt", "none").Path, cookies))
            Assert.Contains("error=login_required", silent.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.Equal(0, await apps.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_authorization_codes WHERE user_id = $1 AND revoked_at IS NULL", person));
    }

    /// <summary>
    /// Whoever presses the button without the page's secret ends nothing; whose session is over is asked to sign in.
    /// </summary>
    [Fact]
    public async Task A_forged_act_ends_nothing()
    {
        var (_, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        foreach (var action in new[]
        {
            "/account/sessions/end-all-access",
            "/account/sessions/end-others",
            "/account/sessions/end",
        })
        {
            using var forged = await browser.PostAsync(action, [new("session", Guid.NewGuid().ToString())]);
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
            using var stranger = new TestBrowser(apps.Server);
            using var nobody = await stranger.PostAsync(action, []);
            Assert.StartsWith("/account/sign-in?", nobody.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        Assert.True(await browser.IsSignedInAsync());
    }

    private async Task EndAsync(string by, TestBrowser browser, Guid person)
    {
        if (by == "command")
        {
            await new Grants(apps.Database.Contexts, AccessTokenWindow.Usual)
                .EndAllAccessAsync(person, EndedBy.Command, AuditContext.Command, Ct);
            return;
        }

        using var pressed = await browser.PressAsync("/account/sessions", "/end-all-access");
        Assert.Equal("/account/sign-out?done=all-access", pressed.Headers.Location!.OriginalString);
        using var done = await browser.GetAsync(pressed.Headers.Location.OriginalString);
        await done.PageAsync("All access has ended");
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Cookie", cookies);
        return await apps.Server.Http.SendAsync(request, Ct);
    }

    private Task<string?> AccountAsync(Guid person) =>
        apps.Database.ScalarAsync<string>("SELECT password_hash || security_stamp FROM accounts WHERE id = $1", person);

    private async Task<string> AddAppAsync()
    {
        var id = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(id);
        return id;
    }
}
