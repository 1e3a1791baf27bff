using System.Net;
using OAuthServer.ServerTests.Endpoints.Logout;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>
/// An account by a mailed link, the address that counts once it is confirmed, and what can be switched off.
/// </summary>
public sealed class RegistrationTests(MailedServer mailed) : IClassFixture<MailedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("ACC-01")]
    public async Task Registering_tells_nobody_who_has_an_account()
    {
        var (_, known) = await mailed.AddPersonAsync();
        var (unconfirmedId, unconfirmed) = await mailed.AddPersonAsync(confirmed: false);
        var fresh = MailedServer.NewAddress();
        var accounts = await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts");

        var answers = new List<string>();
        foreach (var address in new[] { fresh, known, unconfirmed }) answers.Add(await mailed.AnswerAsync("/account/register", address));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.StartsWith("303 /account/register?done=sent", answers[0], StringComparison.Ordinal);
        using var browser = new TestBrowser(mailed.Server);
        using (var page = await browser.GetAsync("/account/register?done=sent"))
            Assert.Contains("Look in your mail", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        var confirmation = (await mailed.Sink.AwaitAsync(fresh))[0];
        Assert.StartsWith("/account/confirm?token=", confirmation.Path, StringComparison.Ordinal);
        var notice = (await mailed.Sink.AwaitAsync(known))[0];
        Assert.Equal("You already have an account", notice.Message.Subject);
        Assert.DoesNotContain("token=", notice.Text + notice.Html, StringComparison.Ordinal);
        // Whoever has the mailbox of an account that nobody confirmed takes it, and what was there before ends.
        var taking = (await mailed.Sink.AwaitAsync(unconfirmed))[0];
        Assert.StartsWith("/account/reset?token=", taking.Path, StringComparison.Ordinal);
        Assert.Equal(accounts, await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts"));
        using var stranger = new TestBrowser(mailed.Server);
        await stranger.SignInAsync(unconfirmed);
        using (var taken = await MailedServer.ChooseAsync(browser, taking.Path))
            Assert.Equal(HttpStatusCode.SeeOther, taken.StatusCode);
        using (var ended = await stranger.GetAsync("/account/sessions"))
            Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        Assert.True(await mailed.Database.ScalarAsync<bool>(
            "SELECT email_confirmed FROM accounts WHERE id = $1", unconfirmedId));

        using (var made = await MailedServer.ChooseAsync(browser, confirmation.Path))
            Assert.Equal("/account/confirm?done=set", made.Headers.Location?.OriginalString);
        Assert.DoesNotContain(browser.Cookies.Keys, name => name.Contains("session", StringComparison.Ordinal));
        Assert.Equal(accounts + 1, await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts"));
        await browser.SignInAsync(fresh, MailedServer.NewPassword);
        Assert.Equal(
            1L,
            await mailed.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events AS e JOIN accounts AS a ON a.pseudonym = e.pseudonym "
                    + "WHERE event = 'account_registered' AND email = $1",
                fresh));
    }

    /// <summary>Two links for one address: the second finds the account made, and makes no other.</summary>
    [Fact]
    public async Task An_address_has_one_account_however_many_links_it_got()
    {
        var email = MailedServer.NewAddress();
        using var browser = new TestBrowser(mailed.Server);
        for (var i = 0; i < 2; i++) using (await MailedServer.AskAsync(browser, "/account/register", email)) { }
        var links = await mailed.Sink.AwaitAsync(email, 2);
        using (var made = await MailedServer.ChooseAsync(browser, links[0].Path))
            Assert.Equal(HttpStatusCode.SeeOther, made.StatusCode);
        using (var second = await MailedServer.ChooseAsync(browser, links[1].Path, "another walrus lantern"))
            Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.Equal(
            1L, await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE email = $1", email));
        await browser.SignInAsync(email, MailedServer.NewPassword);
    }

    [Fact]
    [Row("ACC-03")]
    public async Task An_address_counts_once_it_is_confirmed()
    {
        var (id, email) = await mailed.AddPersonAsync(confirmed: false);
        using var browser = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        var token = (await browser.TokensAsync(mailed.Server, OpenIdAsks.For("openid email"))).AccessToken;
        await AssertAddressAsync(token, email, false);
        using (var sent = await browser.PressAsync("/account/email", "/account/email/send"))
            Assert.Equal("/account/email?done=sent", sent.Headers.Location?.OriginalString);
        var confirmation = (await mailed.Sink.AwaitAsync(email))[0].Path;
        await AssertAddressAsync(token, email, false);

        // A link alone confirms nothing: it takes a session of the account too.
        using (var stranger = new TestBrowser(mailed.Server))
        {
            using (var asked = await stranger.GetAsync(confirmation))
                Assert.StartsWith(
                    "/account/sign-in?returnUrl=", asked.Headers.Location?.OriginalString, StringComparison.Ordinal);
            await stranger.SignInAsync((await mailed.AddPersonAsync()).Email);
            using (var other = await stranger.GetAsync(confirmation))
                Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
            var form = await TestBrowser.FormAsync(await stranger.GetAsync("/account/email"), "/account/email");
            using var forged = await stranger.PostAsync(
                "/account/email/confirm",
                [new("antiforgery", form.Fields["antiforgery"]), new("token", confirmation.Split("token=")[1])]);
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        }

        await AssertAddressAsync(token, email, false);
        using (var confirmed = await browser.PressAsync(confirmation, "/account/email/confirm"))
            Assert.Equal("/account/email?done=confirmed", confirmed.Headers.Location?.OriginalString);
        await AssertAddressAsync(token, email, true);

        var another = MailedServer.NewAddress();
        using (var asked = await ChangeAsync(browser, another))
            Assert.Equal("/account/email?done=asked", asked.Headers.Location?.OriginalString);
        var link = (await mailed.Sink.AwaitAsync(another))[0].Path;
        Assert.Equal("A new e-mail address was asked for", (await mailed.Sink.AwaitAsync(email, 2))[1].Message.Subject);
        Assert.Contains(another, mailed.Sink.To(email)[1].Text, StringComparison.Ordinal);
        await AssertAddressAsync(token, email, true);
        using (var changed = await browser.PressAsync(link, "/account/email/confirm"))
            Assert.Equal("/account/email?done=changed", changed.Headers.Location?.OriginalString);
        await AssertAddressAsync(token, another, true);
        Assert.Equal("Your e-mail address was changed", (await mailed.Sink.AwaitAsync(email, 3))[2].Message.Subject);
        using (var again = await browser.GetAsync(link)) Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);

        using var fresh = new TestBrowser(mailed.Server);
        await fresh.SignInAsync(another);
        Assert.Equal(
            2L,
            await mailed.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event "
                    + "IN ('address_confirmed', 'address_changed')",
                id));
    }

    [Fact]
    public async Task An_address_that_another_account_has_is_not_taken()
    {
        var (_, email) = await mailed.AddPersonAsync();
        var (_, taken) = await mailed.AddPersonAsync();
        using var browser = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        using (var asked = await ChangeAsync(browser, taken))
            Assert.Equal("/account/email?done=asked", asked.Headers.Location?.OriginalString);
        using var refused = await browser.PressAsync(
            (await mailed.Sink.AwaitAsync(taken))[0].Path, "/account/email/confirm");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "This address cannot be used", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(
            1L, await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE email = $1", email));
    }

    [Fact]
    public async Task A_new_password_ends_the_link_to_a_new_address()
    {
        var (_, email) = await mailed.AddPersonAsync();
        var another = MailedServer.NewAddress();
        using var thief = new TestBrowser(mailed.Server);
        await thief.SignInAsync(email);
        using (await ChangeAsync(thief, another)) { }
        var link = (await mailed.Sink.AwaitAsync(another))[0].Path;
        using var owner = new TestBrowser(mailed.Server);
        using (await MailedServer.AskAsync(owner, "/account/forgot", email)) { }
        var reset = (await mailed.Sink.AwaitAsync(email, 2)).Single(
            mail => mail.Text.Contains("token=", StringComparison.Ordinal)).Path;
        using (await MailedServer.ChooseAsync(owner, reset)) { }
        await thief.SignInAsync(email, MailedServer.NewPassword);
        using var dead = await thief.GetAsync(link);
        Assert.Equal(HttpStatusCode.BadRequest, dead.StatusCode);
    }

    [Fact]
    public async Task What_is_switched_off_has_no_page_and_no_link()
    {
        await using var closed = await mailed.StartAsync(
            ("SelfService:Registration", "false"),
            ("SelfService:PasswordReset", "false"),
            ("SelfService:AddressChange", "false"),
            ("SelfService:Deletion", "false"),
            ("SelfService:Download", "false"));
        using var browser = new TestBrowser(closed);
        foreach (var path in new[]
        {
            "/account/register",
            "/account/confirm",
            "/account/forgot",
            "/account/email",
            "/account/delete",
            "/account/data",
            "/account/mails",
        })
        {
            using var page = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        }

        using var signIn = await browser.GetAsync("/account/sign-in");
        var html = await signIn.Content.ReadAsStringAsync(Ct);
        Assert.DoesNotContain("/account/register", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/account/forgot", html, StringComparison.Ordinal);
        using var open = new TestBrowser(mailed.Server);
        using var usual = await open.GetAsync("/account/sign-in");
        Assert.Contains("/account/forgot", await usual.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.False(
            await OwnServer.WouldStartAsync("SelfService:Registration=true"), "Registration needs a mail server.");
    }

    private static async Task<HttpResponseMessage> ChangeAsync(TestBrowser browser, string address)
    {
        using var page = await browser.GetAsync("/account/email");
        var html = await page.Content.ReadAsStringAsync(Ct);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        Assert.Contains("name=\"email\"", html, StringComparison.Ordinal);
        return await browser.PostAsync(
            "/account/email", [new("antiforgery", form.Fields["antiforgery"]), new("email", address)]);
    }

    private async Task AssertAddressAsync(string? token, string email, bool verified)
    {
        var claims = (await mailed.Server.UserInfoAsync(token)).Json!.Value;
        Assert.Equal(
            (email, verified),
            (claims.GetProperty("email").GetString(), claims.GetProperty("email_verified").GetBoolean()));
    }
}
