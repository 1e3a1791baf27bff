using System.Net;
using OAuthServer.ServerTests.Endpoints.Logout;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>The page that shows where a person is signed in.</summary>
public sealed class SessionsPageTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
        + "Version/18.0 Mobile/15E148 Safari/604.1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_shows_every_session_with_its_apps_and_marks_this_one()
    {
        await apps.AddAppAsync("page-app");
        var (person, email) = await apps.AddPersonAsync();
        using var here = await apps.SignInAsync(email);
        using var phone = await SignInWithAsync(email, Phone, "198.51.100.7");
        await apps.OpenAsync(phone, "page-app");

        var html = await PageAsync(here);
        Assert.Equal(2, Count(html, "<li>\n                <div class=\"connection-text\">") + Count(
            html, "<li><div class=\"connection-text\">"));
        Assert.Equal(1, Count(html, "This browser"));
        Assert.Contains("Safari on iPhone", html, StringComparison.Ordinal);
        Assert.Contains("from 198.51.100.7", html, StringComparison.Ordinal);
        Assert.Contains("App page-app", html, StringComparison.Ordinal);
        Assert.Contains(Today(), html, StringComparison.Ordinal);

        // Somebody else's and those that are over are not there.
        await apps.Database.ExecuteAsync(
            "UPDATE account_sessions SET ended_at = now() WHERE user_id = $1 AND device LIKE 'Safari%'", person);
        html = await PageAsync(here);
        Assert.DoesNotContain("Safari", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Sign out everywhere else", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_session_is_ended_and_no_other()
    {
        var (person, email) = await apps.AddPersonAsync();
        var (_, otherEmail) = await apps.AddPersonAsync();
        using var here = await apps.SignInAsync(email);
        using var phone = await SignInWithAsync(email, Phone);
        using var third = await apps.SignInAsync(email);
        using var stranger = await apps.SignInAsync(otherEmail);
        var id = await apps.Database.ScalarAsync<Guid>(
            "SELECT id FROM account_sessions WHERE user_id = $1 AND device LIKE 'Safari%'", person);

        // A stranger's button ends nothing of this person's.
        await EndAsync(stranger, id, "/account/sessions?done=ended");
        Assert.True(await phone.IsSignedInAsync());
        await EndAsync(here, id, "/account/sessions?done=ended");

        Assert.False(await phone.IsSignedInAsync());
        Assert.True(await here.IsSignedInAsync() && await third.IsSignedInAsync() && await stranger.IsSignedInAsync());
        using (var page = await here.GetAsync("/account/sessions?done=ended"))
            Assert.Contains(
                "That session has ended", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("sessions ended: 1, by person", await apps.Database.ScalarAsync<string>(
            "SELECT detail FROM oauth_audit_events WHERE event = 'sessions_ended' AND pseudonym = pseudonym_of($1)",
            person));
        // Once more, as by two tabs: nothing happens, and it is said alike.
        await EndAsync(here, id, "/account/sessions?done=ended");
        await EndAsync(here, null, "");
    }

    [Fact]
    public async Task All_others_end_and_this_one_stays_and_then_this_one_ends_too()
    {
        var (person, email) = await apps.AddPersonAsync();
        using var here = await apps.SignInAsync(email);
        using var phone = await SignInWithAsync(email, Phone);
        using var third = await apps.SignInAsync(email);

        using (var pressed = await here.PressAsync("/account/sessions", "/end-others"))
            Assert.Equal("/account/sessions?done=others", pressed.Headers.Location!.OriginalString);
        Assert.True(await here.IsSignedInAsync());
        Assert.False(await phone.IsSignedInAsync() || await third.IsSignedInAsync());
        Assert.Equal("sessions ended: 2, by person", await apps.Database.ScalarAsync<string>(
            "SELECT detail FROM oauth_audit_events WHERE event = 'sessions_ended' AND pseudonym = pseudonym_of($1)",
            person));

        await EndAsync(
            here,
            await apps.Database.ScalarAsync<Guid>(
                "SELECT id FROM account_sessions WHERE user_id = $1 AND ended_at IS NULL", person),
            "/account/sign-out");
        Assert.False(await here.IsSignedInAsync());
    }

    [Fact]
    public async Task Use_moves_the_end_of_a_kept_session_and_of_no_other()
    {
        var (person, email) = await apps.AddPersonAsync();
        using var browser = new TestBrowser(apps.Server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-in"), "/account/sign-in");
        (form.Fields["email"], form.Fields["password"], form.Fields["keep"]) = (email, TestData.Password, "true");
        using (await browser.PostAsync(form.Action, form.Fields)) Assert.True(await browser.IsSignedInAsync());
        Assert.InRange(await LeftAsync(person), TimeSpan.FromDays(13.9), TimeSpan.FromDays(14));

        using var other = await apps.SignInAsync(email);
        await apps.Database.ExecuteAsync("DELETE FROM account_sessions WHERE user_id = $1 AND kept", person);
        Assert.InRange(await LeftAsync(person), TimeSpan.FromHours(7.9), TimeSpan.FromHours(8));
        // One whose row is gone is a stranger's too.
        Assert.False(await browser.IsSignedInAsync());
    }

    private Task<TimeSpan> LeftAsync(Guid person) =>
        apps.Database.ScalarAsync<TimeSpan>(
            "SELECT max(ends_at) - now() FROM account_sessions WHERE user_id = $1", person);

    private static string Today() =>
        TimeProvider.System.GetUtcNow().UtcDateTime
            .ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task EndAsync(TestBrowser browser, Guid? session, string location)
    {
        using var page = await browser.GetAsync("/account/sign-out");
        var secret = (await TestBrowser.FormAsync(page, "/account/sign-out")).Fields["antiforgery"];
        using var answer = await browser.PostAsync(
            "/account/sessions/end", [new("antiforgery", secret), new("session", session?.ToString() ?? "x")]);
        Assert.Equal(session is null ? HttpStatusCode.BadRequest : HttpStatusCode.SeeOther, answer.StatusCode);
        if (session is not null) Assert.Equal(location, answer.Headers.Location!.OriginalString);
    }

    private async Task<TestBrowser> SignInWithAsync(string email, string userAgent, string? address = null)
    {
        var browser = new TestBrowser(apps.Server, address);
        using var page = await browser.GetAsync("/account/sign-in");
        var form = await TestBrowser.FormAsync(page, "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (email, TestData.Password);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(form.Fields),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return browser;
    }

    private static async Task<string> PageAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account/sessions");
        return await page.PageAsync("Where you are signed in");
    }

    private static int Count(string html, string part) => html.Split(part).Length - 1;
}
