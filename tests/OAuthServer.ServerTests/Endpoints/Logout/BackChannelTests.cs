using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Keys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>Apps are told of the end of a session (OpenID Connect Back-Channel Logout).</summary>
public sealed partial class BackChannelTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("LOGOUT-05")]
    public async Task Logout_tokens_have_their_own_shape()
    {
        var (app, other, silent) = (await AddAppAsync(), await AddAppAsync(), await AddAppAsync());
        await apps.Database.ExecuteAsync(
            "UPDATE oauth_clients SET backchannel_logout_uri = NULL WHERE client_id = $1", silent);
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        var sids = new List<string>();
        foreach (var id in new[] { app, other, silent })
            sids.Add((await apps.OpenAsync(browser, id)).IdToken()!.GetPayloadValue<string>("sid"));
        await browser.SignOutAsync();

        foreach (var id in new[] { app, other }) await apps.WaitForAsync(id);
        await apps.WaitForAllAsync();
        Assert.Empty(apps.Posts(silent));
        Assert.Single(sids.Distinct());
        Assert.StartsWith(
            "POST application/x-www-form-urlencoded logout_token=",
            Assert.Single(apps.Posts(app)),
            StringComparison.Ordinal);
        var (first, second) = (Assert.Single(apps.Told(app)), Assert.Single(apps.Told(other)));
        Assert.NotEqual(first.Id, second.Id);
        await AssertShapeAsync(first, app, sids[0], null);
        await AssertShapeAsync(second, other, sids[0], null);

        // With the person where every session ended at once.
        using var again = await apps.SignInAsync(email);
        var sid = (await apps.OpenAsync(again, app)).IdToken()!.GetPayloadValue<string>("sid");
        await apps.Database.ExecuteAsync("UPDATE accounts SET security_stamp = 'changed' WHERE id = $1", person);
        await AssertShapeAsync((await apps.WaitForAsync(app, 2))[1], app, sid, person);
    }

    [Fact]
    [Row("LOGOUT-06")]
    public async Task A_logout_token_is_nothing_else()
    {
        var app = await AddAppAsync();
        var (_, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        await apps.OpenAsync(browser, app);
        await browser.SignOutAsync();
        await apps.WaitForAsync(app);
        var token = SignOutApps.Token(apps.Posts(app)[0]);

        var info = await apps.Server.UserInfoAsync(token);
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (info.Status, info.Error));
        await using (var api = await StockApi.StartAsync(apps.Server, TimeProvider.System))
            Assert.Contains("invalid_token", await api.RefusalAsync(token), StringComparison.Ordinal);
        var ask = OpenIdAsks.For("openid", app).With("id_token_hint", token);
        using (var answer = await browser.GetAsync(ask.Path))
            Assert.Contains("error=invalid_request", answer.Headers.Location!.Query, StringComparison.Ordinal);
        var asserted = await apps.Server.PostFormAsync(
            "/oauth/token", ("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", app),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", token));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_client"), (asserted.Status, asserted.Error));
        // Nor is it a hint at its own endpoint.
        using var asking = await apps.SignInAsync(email);
        using (var answer = await asking.GetAsync(
            LogoutPages.Ask(("id_token_hint", token), ("post_logout_redirect_uri", SignOutApps.AfterLogout))))
        {
            await answer.PageAsync("Sign out?");
        }
    }

    [Theory]
    [Row("LOGOUT-07")]
    [InlineData("refuses", "delivered", true)]
    [InlineData("hangs", "delivered", true)]
    [InlineData("500", "delivered", true)]
    [InlineData("401", "delivered", true)]
    [InlineData("400", "refused", false)]
    [InlineData("200", "delivered", false)]
    [InlineData("204", "delivered", false)]
    public async Task A_dead_app_delays_nobody(string how, string outcome, bool isTriedAgain)
    {
        var (app, well) = (await AddAppAsync(how), await AddAppAsync());
        var (_, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        await apps.OpenAsync(browser, app);
        var hint = (await apps.OpenAsync(browser, well)).RawIdToken();

        var watch = Stopwatch.StartNew();
        using (var answer = await browser.GetAsync(
            LogoutPages.Ask(("id_token_hint", hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout))))
        {
            answer.IsSentTo(SignOutApps.AfterLogout);
        }

        // A second, and what a busy machine adds: whoever waited for the app would wait for two and more.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"The person waited for {watch.Elapsed}.");
        await apps.WaitForAsync(well);

        if (isTriedAgain)
        {
            await apps.WaitForAsync(app, 3);
            apps.Answer(app, _ => Task.CompletedTask);
        }

        await apps.WaitForAllAsync();
        Assert.Equal(outcome, await OutcomeAsync(app));
        Assert.Single(apps.Told(app).Select(token => token.Id).Distinct());
        Assert.Equal(isTriedAgain, apps.Posts(app).Count > 1);
        Assert.Single(apps.Posts(well));
        Assert.Equal(
            outcome == "refused" ? 1 : 0,
            await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'logout_refused' AND client_id = $1 "
                    + "AND detail = 'it answered 400'",
                app));
    }

    [Fact]
    [Row("LOGOUT-07")]
    public async Task What_was_not_told_is_told_after_a_restart_and_given_up_in_the_end()
    {
        var (app, dead) = (await AddAppAsync("hangs"), await AddAppAsync("500"));
        var (_, email) = await apps.AddPersonAsync();
        // An instance that looks once an hour: it dies before it told anybody.
        var dying = await apps.StartAsync(("BackChannelLogout:PollInterval", "01:00:00"));
        using (var browser = await apps.SignInAsync(email, dying))
        {
            foreach (var id in new[] { app, dead }) await apps.OpenAsync(browser, id, server: dying);
            await browser.SignOutAsync();
        }

        await dying.DisposeAsync();
        await apps.WaitForAsync(app);
        apps.Answer(app, _ => Task.CompletedTask);
        await apps.WaitForAsync(dead, 4);
        // Growing pauses.
        var tries = await apps.Database.QueryAsync(
            "SELECT tries, extract(epoch FROM next_try_at - now())::float8 AS wait FROM oauth_logout_notices "
                + "WHERE client_id = $1",
            dead);
        Assert.True((int)tries[0]["tries"]! >= 4);
        await apps.Database.ExecuteAsync(
            "UPDATE oauth_logout_notices SET made_at = now() - interval '1 day', next_try_at = now() "
                + "WHERE client_id = $1",
            dead);
        await apps.WaitForAllAsync();
        Assert.Equal(("delivered", "given_up"), (await OutcomeAsync(app), await OutcomeAsync(dead)));
        Assert.Equal(
            1,
            await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'logout_given_up' AND client_id = $1 "
                    + "AND detail LIKE 'after % tries: it answered 500'",
                dead));
    }

    [Fact]
    public async Task Two_instances_share_the_work_and_no_app_hears_twice()
    {
        await using var second = await apps.StartAsync();
        // Slow enough for the other instance to look several times meanwhile.
        var app = await AddAppAsync("slow");
        var (person, email) = await apps.AddPersonAsync();
        var sids = new HashSet<string>();
        for (var i = 0; i < 12; i++)
        {
            using var browser = await apps.SignInAsync(email, i % 2 == 0 ? apps.Server : second);
            sids.Add((await apps.OpenAsync(browser, app, server: i % 2 == 0 ? apps.Server : second)).IdToken()!
                .GetPayloadValue<string>("sid"));
        }

        await apps.Database.ExecuteAsync("UPDATE account_sessions SET ended_at = now() WHERE user_id = $1", person);
        await apps.WaitForAllAsync();
        Assert.Equal(sids, [.. apps.Told(app).Select(token => token.GetPayloadValue<string>("sid"))]);
        Assert.Equal(12, apps.Posts(app).Count);
    }

    [Theory]
    [Row("LOGOUT-08")]
    [InlineData("page")]
    [InlineData("expiry")]
    [InlineData("disabled")]
    [InlineData("deleted")]
    [InlineData("password")]
    [InlineData("sql")]
    [InlineData("another")]
    [InlineData("all-access")]
    public async Task Every_end_of_a_session_is_told(string how)
    {
        var (first, second) = (await AddAppAsync(), await AddAppAsync());
        var (person, email) = await apps.AddPersonAsync();
        using var browser = await apps.SignInAsync(email);
        var sid = (await apps.OpenAsync(browser, first)).IdToken()!.GetPayloadValue<string>("sid");
        await apps.OpenAsync(browser, second);

        await EndAsync(how, browser, person);

        foreach (var app in new[] { first, second })
        {
            var told = Assert.Single(await apps.WaitForAsync(app));
            Assert.Equal(sid, told.GetPayloadValue<string>("sid"));
            Assert.Equal(
                how is "disabled" or "deleted" or "password" or "all-access" ? person.ToString() : "", told.Subject);
        }

        await apps.WaitForAllAsync();
        Assert.Equal((1, 1), (apps.Posts(first).Count, apps.Posts(second).Count));
    }

    [Fact]
    [Row("LOGOUT-12")]
    public async Task Only_the_apps_of_that_session_are_told()
    {
        var (a, b) = (await AddAppAsync(), await AddAppAsync());
        var (person, email) = await apps.AddPersonAsync();
        using var one = await apps.SignInAsync(email);
        using var two = await apps.SignInAsync(email);
        var sid = (await apps.OpenAsync(one, a)).IdToken()!.GetPayloadValue<string>("sid");
        await apps.OpenAsync(one, b);
        var kept = await apps.OpenAsync(two, a);
        await apps.OpenAsync(two, b);

        await one.SignOutAsync();

        foreach (var app in new[] { a, b })
        {
            var told = Assert.Single(await apps.WaitForAsync(app));
            Assert.Equal(sid, told.GetPayloadValue<string>("sid"));
            Assert.False(told.TryGetPayloadValue<string>("sub", out _));
        }

        await apps.WaitForAllAsync();
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.UserInfoAsync(kept.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.RefreshAsync(kept.RefreshToken, a)).Status);
        Assert.True(await two.IsSignedInAsync());

        using var three = await apps.SignInAsync(email);
        await apps.OpenAsync(three, a);
        await apps.Database.ExecuteAsync("UPDATE accounts SET security_stamp = 'other' WHERE id = $1", person);
        var all = await apps.WaitForAsync(a, 3);
        Assert.All(all.Skip(1), token => Assert.Equal(person.ToString(), token.Subject));
        Assert.Equal(3, all.Select(token => token.GetPayloadValue<string>("sid")).Distinct().Count());
    }

    private async Task EndAsync(string how, TestBrowser browser, Guid person)
    {
        switch (how)
        {
            case "page": await browser.SignOutAsync(); return;
            case "expiry":
                await apps.Database.ExecuteAsync(
                    "UPDATE account_sessions SET ends_at = now() WHERE user_id = $1", person);
                return;
            case "disabled":
                await apps.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", person);
                return;
            case "deleted": await apps.Database.ExecuteAsync("DELETE FROM accounts WHERE id = $1", person); return;
            case "sql":
                await apps.Database.ExecuteAsync(
                    "UPDATE account_sessions SET ended_at = now() WHERE user_id = $1", person);
                return;
            case "all-access": await browser.PressAsync("/account/sessions", "/end-all-access"); return;
            case "another":
                using (await browser.TypePasswordAsync(
                    await browser.GetAsync("/account/sign-in?reauthenticate=another"), TestData.OtherEmail)) return;
            default:
                var form = await TestBrowser.FormAsync(
                    await browser.GetAsync("/account/password"), "/account/password");
                (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (
                    TestData.Password, "another good passphrase", "another good passphrase");
                using (var changed = await browser.PostAsync(form.Action, form.Fields))
                    Assert.Equal(HttpStatusCode.SeeOther, changed.StatusCode);
                Assert.True(await browser.IsSignedInAsync());
                return;
        }
    }

    private async Task<string> AddAppAsync(string how = "200")
    {
        var id = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(id, http => AnswerAsync(http, how));
        return id;
    }

    private static async Task AnswerAsync(HttpContext http, string how)
    {
        if (how == "refuses") http.Abort();
        else if (how == "slow") await Task.Delay(TimeSpan.FromMilliseconds(500), http.RequestAborted);
        else if (how == "hangs")
            await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else http.Response.StatusCode = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture);
    }

    private Task<string?> OutcomeAsync(string app) =>
        apps.Database.ScalarAsync<string>("SELECT outcome FROM oauth_logout_notices WHERE client_id = $1", app);

    private async Task AssertShapeAsync(JsonWebToken token, string app, string sid, Guid? person)
    {
        var keys = new JsonWebKeySet(
            await apps.Server.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), Ct));
        var checkedToken = await new JsonWebTokenHandler()
            .ValidateTokenAsync(token.EncodedToken, new TokenValidationParameters
            {
                ValidIssuer = TestServer.Issuer,
                ValidAudience = app,
                ValidTypes = ["logout+jwt"],
                ValidAlgorithms = ["RS256"],
                IssuerSigningKeys = keys.Keys,
            });
        Assert.True(checkedToken.IsValid, checkedToken.Exception?.Message);
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        var members = payload.RootElement.EnumerateObject()
            .ToDictionary(member => member.Name, member => member.Value.ToString());
        string[] expected = ["iss", "aud", "iat", "exp", "jti", "events", "sid"];
        Assert.Equal(person is null ? expected : [.. expected, "sub"], members.Keys);
        Assert.Equal(app, members["aud"]);
        Assert.Equal("""{"http://schemas.openid.net/event/backchannel-logout":{}}""", members["events"]);
        Assert.Equal(sid, members["sid"]);
        Assert.Matches(Id(), members["jti"]);
        Assert.InRange(token.ValidTo - token.IssuedAt, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.InRange(token.IssuedAt, now.AddMinutes(-2), now.AddSeconds(5));
        if (person is not null) Assert.Equal(person.ToString(), members["sub"]);
    }

    [GeneratedRegex("^[0-9a-f-]{36}$")]
    private static partial Regex Id();
}
