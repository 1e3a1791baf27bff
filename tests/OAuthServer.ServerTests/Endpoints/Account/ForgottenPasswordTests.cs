using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>
/// A forgotten password: a link by mail, which works once, and whose form tells nobody who has an account.
/// </summary>
public sealed class ForgottenPasswordTests(MailedServer mailed) : IClassFixture<MailedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("ACC-02")]
    public async Task Every_address_gets_one_answer_and_a_link_goes_only_where_it_can_be_used()
    {
        var (_, known) = await mailed.AddPersonAsync();
        var (disabledId, disabled) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", disabledId);
        var (_, unconfirmed) = await mailed.AddPersonAsync(confirmed: false);
        var (_, passwordless) = await mailed.AddPersonAsync(hasPassword: false);
        var unknown = MailedServer.NewAddress();

        var answers = new List<string>();
        foreach (var address in new[] { unknown, known, disabled, unconfirmed, passwordless })
            answers.Add(await mailed.AnswerAsync("/account/forgot", address));
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.StartsWith("303 /account/forgot?done=sent", answers[0], StringComparison.Ordinal);
        using var browser = new TestBrowser(mailed.Server);
        using var page = await browser.GetAsync("/account/forgot?done=sent");
        Assert.Contains("Look in your mail", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        Assert.StartsWith(
            "/account/reset?token=", (await mailed.Sink.AwaitAsync(known))[0].Path, StringComparison.Ordinal);
        Assert.StartsWith(
            "/account/reset?token=", (await mailed.Sink.AwaitAsync(unconfirmed))[0].Path, StringComparison.Ordinal);
        var without = (await mailed.Sink.AwaitAsync(passwordless))[0];
        Assert.Equal("Your account has no password", without.Message.Subject);
        Assert.DoesNotContain("token=", without.Text + without.Html, StringComparison.Ordinal);
        foreach (var address in new[] { disabled, unknown })
        {
            await Eventually.BecomesTrue(
                async () =>
                    await mailed.Database.ScalarAsync<string>(
                        "SELECT outcome FROM mail_outbox WHERE normalized_recipient = upper($1)",
                        address) == "no_account",
                TimeSpan.FromSeconds(10), $"{address} is looked up");
            Assert.Empty(mailed.Sink.To(address));
        }
    }

    /// <summary>
    /// The form asks nothing about any account: known and unknown addresses cost the database the same.
    /// </summary>
    [Fact]
    public async Task A_known_address_costs_as_many_statements_as_an_unknown_one()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var alone = await TestServer.StartAsync(new() { Database = database });
        using var browser = new TestBrowser(alone);
        // Others ask the database now and then: the fewest of some tries are the form's own.
        var fewest = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < 6; i++)
        {
            foreach (var address in new[] { TestData.Email, "never@example.com" })
            {
                var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/forgot"), "/account/forgot");
                form.Fields["email"] = address;
                var before = await database.StatementCountAsync();
                using var answer = await browser.PostAsync(form.Action, form.Fields);
                var count = await database.StatementCountAsync() - before;
                fewest[address] = Math.Min(fewest.GetValueOrDefault(address, count), count);
            }
        }

        Assert.Equal(fewest[TestData.Email], fewest["never@example.com"]);
    }

    [Fact]
    [Row("ACC-05")]
    public async Task A_link_works_once_and_looking_at_it_uses_nothing()
    {
        foreach (var (link, email) in new[] { await ResetAsync(), await RegistrationAsync() })
        {
            var second = await mailed.SecondAsync();
            using var browser = new TestBrowser(mailed.Server);
            // As a mail scanner does.
            for (var i = 0; i < 2; i++)
                using (var seen = await browser.GetAsync(link)) Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
            var forms = new List<(TestBrowser Browser, TestForm Form)>();
            for (var i = 0; i < 20; i++)
            {
                var other = new TestBrowser(i % 2 == 0 ? mailed.Server : second);
                forms.Add((other, await TestBrowser.FormAsync(await other.GetAsync(link), link.Split('?')[0])));
            }

            var answers = await Task.WhenAll(forms.Select(form => MailedServer.SendAsync(form.Browser, form.Form)));
            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
            Assert.All(
                answers.Where(answer => answer.StatusCode != HttpStatusCode.SeeOther),
                answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
            foreach (var (other, _) in forms) other.Dispose();

            using var again = await browser.GetAsync(link);
            Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
            Assert.Contains(
                "This link does not work any more",
                await again.Content.ReadAsStringAsync(Ct),
                StringComparison.Ordinal);
            using var signedIn = new TestBrowser(mailed.Server);
            await signedIn.SignInAsync(email, MailedServer.NewPassword);
        }

        foreach (var ((link, _), life) in new[] { (await ResetAsync(), 1), (await RegistrationAsync(), 24) })
        {
            var token = link.Split("token=")[1];
            Assert.Equal(
                life,
                await mailed.Database.ScalarAsync<decimal>(
                    "SELECT round(extract(epoch FROM expires_at - made_at) / 3600) FROM account_tokens "
                        + "WHERE hash = sha256($1::text::bytea)",
                    token));
            await mailed.Database.ExecuteAsync(
                "UPDATE account_tokens SET expires_at = now(), made_at = now() - interval '1 hour' "
                    + "WHERE hash = sha256($1::text::bytea)",
                token);
            using var browser = new TestBrowser(mailed.Server);
            using var late = await browser.GetAsync(link);
            Assert.Equal(HttpStatusCode.BadRequest, late.StatusCode);
            Assert.DoesNotContain(
                token,
                await mailed.Database.ScalarAsync<string>("SELECT string_agg(t::text, ' ') FROM account_tokens AS t"),
                StringComparison.Ordinal);
            Assert.DoesNotContain(
                token,
                await mailed.Database.ScalarAsync<string>("SELECT string_agg(m::text, ' ') FROM mail_outbox AS m"),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    [Row("ACC-06")]
    public async Task Any_change_of_the_password_kills_open_links()
    {
        var (id, email) = await mailed.AddPersonAsync();
        var first = await mailed.ResetLinkAsync(email);
        var second = await mailed.ResetLinkAsync(email, 2);
        using var browser = new TestBrowser(mailed.Server);
        using (var used = await MailedServer.ChooseAsync(browser, second))
            Assert.Equal(HttpStatusCode.SeeOther, used.StatusCode);
        using (var dead = await MailedServer.ChooseAsync(browser, first))
            Assert.Equal(HttpStatusCode.BadRequest, dead.StatusCode);

        var third = await NthLinkAsync(email, 4);
        await browser.SignInAsync(email, MailedServer.NewPassword);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (
            MailedServer.NewPassword, "harbor violet engine moss", "harbor violet engine moss");
        using (var changed = await browser.PostAsync(form.Action, form.Fields))
            Assert.Equal(HttpStatusCode.SeeOther, changed.StatusCode);
        using (var dead = await browser.GetAsync(third)) Assert.Equal(HttpStatusCode.BadRequest, dead.StatusCode);

        // As an operator's command does, or SQL.
        var fourth = await NthLinkAsync(email, 6);
        await mailed.Database.ExecuteAsync("UPDATE accounts SET security_stamp = gen_random_uuid() WHERE id = $1", id);
        using (var dead = await browser.GetAsync(fourth)) Assert.Equal(HttpStatusCode.BadRequest, dead.StatusCode);
    }

    /// <summary>A mail that waited while the password was changed has no link to give any more.</summary>
    [Fact]
    public async Task A_mail_that_waited_over_a_change_of_the_password_is_not_sent()
    {
        var (id, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync(
            "INSERT INTO mail_outbox (kind, account_id, security_stamp, sorted_at, expires_at) "
                + "VALUES ('PasswordReset', $1, 'of before', now(), now() + interval '1 hour')",
            id);
        await Eventually.BecomesTrue(
            async () =>
                await mailed.Database.ScalarAsync<string>("SELECT outcome FROM mail_outbox WHERE account_id = $1", id)
                    == "outdated",
            TimeSpan.FromSeconds(10), "the mail is outdated");
        Assert.Empty(mailed.Sink.To(email));
    }

    /// <summary>
    /// What was typed twice differently changes nothing and leaves the link as it is; a lock ends with the old
    /// password.
    /// </summary>
    [Fact]
    public async Task A_password_is_typed_twice_and_opens_what_wrong_ones_had_closed()
    {
        var (id, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync(
            "UPDATE accounts SET lockout_end = now() + interval '1 hour', access_failed_count = 3 WHERE id = $1", id);
        var link = await mailed.ResetLinkAsync(email);
        using var browser = new TestBrowser(mailed.Server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync(link), "/account/reset");
        (form.Fields["new"], form.Fields["repeat"]) = (MailedServer.NewPassword, MailedServer.NewPassword + "s");
        using (var other = await browser.PostAsync(form.Action, form.Fields))
            Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);

        using (var set = await MailedServer.ChooseAsync(browser, link))
            Assert.Equal(HttpStatusCode.SeeOther, set.StatusCode);
        await browser.SignInAsync(email, MailedServer.NewPassword);
    }

    [Theory]
    [InlineData("disabled_at = now()")]
    [InlineData("email = 'moved-' || email, normalized_email = 'MOVED-' || normalized_email")]
    public async Task A_link_dies_with_what_it_was_for(string change)
    {
        var (id, email) = await mailed.AddPersonAsync();
        var link = await mailed.ResetLinkAsync(email);
        using var browser = new TestBrowser(mailed.Server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync(link), "/account/reset");
        await mailed.Database.ExecuteAsync($"UPDATE accounts SET {change} WHERE id = $1", id);

        using (var late = await MailedServer.SendAsync(browser, form))
            Assert.Equal(HttpStatusCode.BadRequest, late.StatusCode);
        using (var seen = await browser.GetAsync(link)) Assert.Equal(HttpStatusCode.BadRequest, seen.StatusCode);
    }

    [Fact]
    public async Task A_link_works_at_its_own_page_alone()
    {
        var (reset, _) = await ResetAsync();
        var (registration, _) = await RegistrationAsync();
        using var browser = new TestBrowser(mailed.Server);
        foreach (var elsewhere in new[]
        {
            reset.Replace("/reset?", "/confirm?", StringComparison.Ordinal),
            registration.Replace("/confirm?", "/reset?", StringComparison.Ordinal),
        })
        {
            using var answer = await browser.GetAsync(elsewhere);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        foreach (var link in new[] { reset, registration })
            using (var own = await browser.GetAsync(link)) Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    /// <summary>A mail that was sorted before its account was disabled.</summary>
    [Fact]
    public async Task A_mail_that_waited_over_the_end_of_its_account_is_not_sent()
    {
        var (id, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", id);
        await mailed.Database.ExecuteAsync(
            "INSERT INTO mail_outbox (kind, account_id, security_stamp, sorted_at, expires_at) SELECT 'PasswordReset', "
                + "id, security_stamp, now(), now() + interval '1 hour' FROM accounts WHERE id = $1",
            id);
        await Eventually.BecomesTrue(
            async () =>
                await mailed.Database.ScalarAsync<string>("SELECT outcome FROM mail_outbox WHERE account_id = $1", id)
                    == "no_account",
            TimeSpan.FromSeconds(10), "the mail has nobody to go to");
        Assert.Empty(mailed.Sink.To(email));
    }

    [Fact]
    [Row("ACC-04")]
    public async Task Mailed_links_come_from_the_issuer()
    {
        foreach (var page in new[] { "/account/forgot", "/account/register" })
        {
            var texts = new List<string>();
            foreach (var hostile in new[] { false, true })
            {
                var email = page.EndsWith("forgot", StringComparison.Ordinal)
                    ? (await mailed.AddPersonAsync()).Email
                    : MailedServer.NewAddress();
                using var browser = new TestBrowser(mailed.Server);
                var form = await TestBrowser.FormAsync(await browser.GetAsync(page), page);
                form.Fields["email"] = email;
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
                {
                    Content = new FormUrlEncodedContent(form.Fields),
                };
                if (hostile)
                {
                    request.Headers.Host = "evil.example";
                    request.Headers.Add("Forwarded", "host=evil.example;proto=http");
                    request.Headers.Add("X-Forwarded-Host", "evil.example");
                }

                using var answer = await browser.SendAsync(request);
                Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                var mail = (await mailed.Sink.AwaitAsync(email))[0];
                Assert.StartsWith(TestServer.Issuer + "/account/", mail.Link, StringComparison.Ordinal);
                texts.Add((mail.Message.Subject + mail.Text + mail.Html)
                    .Replace(mail.Link.Split("token=")[1], "", StringComparison.Ordinal)
                    .Replace(email, "", StringComparison.Ordinal));
            }

            Assert.Equal(texts[0], texts[1]);
        }
    }

    [Fact]
    public async Task A_password_that_is_none_keeps_the_link_and_says_why()
    {
        var (_, email) = await mailed.AddPersonAsync();
        var link = await mailed.ResetLinkAsync(email);
        using var browser = new TestBrowser(mailed.Server);
        using var refused = await MailedServer.ChooseAsync(browser, link, "short");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("role=\"alert\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var set = await MailedServer.SendAsync(browser, await TestBrowser.FormAsync(refused, "/account/reset"));
        Assert.Equal("/account/reset?done=set", set.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task What_is_no_address_is_said_and_kept()
    {
        using var browser = new TestBrowser(mailed.Server);
        foreach (var typed in new[]
        {
            "alice",
            "a@b@c",
            "Alice <alice@example.com>",
            "a@example.com,b@example.com",
            "",
        })
        {
            using var answer = await MailedServer.AskAsync(browser, "/account/forgot", typed);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(
                $"value=\"{WebUtility.HtmlEncode(typed)}\"",
                await answer.Content.ReadAsStringAsync(Ct),
                StringComparison.Ordinal);
        }
    }

    /// <summary>An address that only looks like the account's gets no mail: it goes to the account's own.</summary>
    [Fact]
    public async Task The_link_goes_to_the_address_of_the_account_and_not_to_what_was_typed()
    {
        var (_, email) = await mailed.AddPersonAsync();
        using var browser = new TestBrowser(mailed.Server);
        using var answer = await MailedServer.AskAsync(browser, "/account/forgot", email.ToUpperInvariant());
        Assert.Single(await mailed.Sink.AwaitAsync(email));
        Assert.Empty(mailed.Sink.To(email.ToUpperInvariant()));
    }

    private async Task<(string Link, string Email)> ResetAsync()
    {
        var (_, email) = await mailed.AddPersonAsync();
        return (await mailed.ResetLinkAsync(email), email);
    }

    private async Task<(string Link, string Email)> RegistrationAsync()
    {
        var email = MailedServer.NewAddress();
        using var browser = new TestBrowser(mailed.Server);
        using var answer = await MailedServer.AskAsync(browser, "/account/register", email);
        return ((await mailed.Sink.AwaitAsync(email))[0].Path, email);
    }

    // Between the links there are notices.
    private async Task<string> NthLinkAsync(string email, int mails)
    {
        await mailed.Sink.AwaitAsync(email, mails - 1);
        using var browser = new TestBrowser(mailed.Server);
        using var answer = await MailedServer.AskAsync(browser, "/account/forgot", email);
        return (await mailed.Sink.AwaitAsync(email, mails)).Last(
            mail => mail.Text.Contains("token=", StringComparison.Ordinal)).Path;
    }
}
