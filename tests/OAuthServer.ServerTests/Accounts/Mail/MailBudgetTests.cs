using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Mail;

/// <summary>Mail is no weapon: an address gets a few mails an hour, and an address asks for a few.</summary>
public sealed class MailBudgetTests(MailedServer mailed) : IClassFixture<MailedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("ACC-10")]
    public async Task An_account_gets_five_mails_an_hour_and_a_network_asks_for_as_many_as_its_budget()
    {
        var second = await mailed.SecondAsync();
        var before = await AuditedAsync();
        foreach (var (page, email) in new[]
        {
            ("/account/forgot", (await mailed.AddPersonAsync()).Email),
            ("/account/register", MailedServer.NewAddress()),
        })
        {
            var answers = new List<string>();
            for (var i = 0; i < 100; i++)
            {
                using var browser = new TestBrowser(i % 2 == 0 ? mailed.Server : second, $"203.0.113.{i}");
                using var answer = await MailedServer.AskAsync(browser, page, email);
                answers.Add($"{answer.StatusCode} {answer.Headers.Location}");
            }

            Assert.Single(answers.Distinct());
            await Eventually.BecomesTrue(
                async () =>
                    await mailed.Database.ScalarAsync<long>(
                        "SELECT count(*) FROM mail_outbox WHERE normalized_recipient = upper($1) AND done_at IS NULL",
                        email) == 0,
                TimeSpan.FromSeconds(30), "all are decided");
            Assert.Equal(5, mailed.Sink.To(email).Count);
            Assert.Equal(95L, await mailed.Database.ScalarAsync<long>(
                "SELECT count(*) FROM mail_outbox WHERE normalized_recipient = upper($1) AND outcome = 'over_budget'",
                email));
        }

        // One for each address and hour, not one for each mail.
        Assert.Equal(before + 2, await AuditedAsync());

        await using var usual = await mailed.StartAsync(
            ("RateLimiting:Mail:PermitLimit", "30"), ("Mail:PollInterval", "01:00:00"));
        using var one = new TestBrowser(usual, "203.0.113.200");
        var form = await TestBrowser.FormAsync(await one.GetAsync("/account/forgot"), "/account/forgot");
        for (var i = 0; i < 100; i++)
        {
            form.Fields["email"] = MailedServer.NewAddress();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
            {
                Content = new FormUrlEncodedContent(form.Fields),
            };
            request.Headers.Accept.ParseAdd(i % 2 == 0 ? "application/json" : "text/html");
            using var answer = await one.SendAsync(request);
            Assert.Equal(i < 30 ? HttpStatusCode.SeeOther : HttpStatusCode.TooManyRequests, answer.StatusCode);
            if (i < 30) continue;
            foreach (var header in new[] { "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset" })
                Assert.True(answer.Headers.Contains(header), header);
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Contains(
                i % 2 == 0 ? "\"too_many_requests\"" : "Please wait",
                await answer.Content.ReadAsStringAsync(Ct),
                StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Whoever asks in somebody's name for an hour keeps them from no mail after it, and what went nowhere counts for
    /// nobody.
    /// </summary>
    [Theory]
    [InlineData("made_at = now() - interval '61 minutes'", 1)]
    [InlineData("made_at = now() - interval '59 minutes'", 0)]
    [InlineData("outcome = 'no_account'", 1)]
    [InlineData("outcome = 'over_budget'", 1)]
    public async Task Five_are_counted_of_the_last_hour_and_of_those_that_went_out(string set, int sent)
    {
        var (_, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync("""
            INSERT INTO mail_outbox (kind, recipient, normalized_recipient, counted, sorted_at, expires_at, done_at,
                outcome)
            SELECT 'PasswordReset', $1, upper($1), true, now(), now() + interval '1 hour', now(), 'sent'
                FROM generate_series(1, 5)
            """, email);
        await mailed.Database.ExecuteAsync(
            $"UPDATE mail_outbox SET {set} WHERE normalized_recipient = upper($1)", email);

        using var browser = new TestBrowser(mailed.Server);
        using (await MailedServer.AskAsync(browser, "/account/forgot", email)) { }

        await Eventually.BecomesTrue(
            async () =>
                await mailed.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM mail_outbox WHERE normalized_recipient = upper($1) AND done_at IS NULL",
                    email) == 0,
            TimeSpan.FromSeconds(10), "it is decided");
        Assert.Equal(sent, mailed.Sink.To(email).Count);
    }

    [Fact]
    public async Task A_full_outbox_says_so_and_takes_more_when_it_is_empty()
    {
        await using var own = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["Mail:MostWaiting"] = "2" },
        });
        using var browser = new TestBrowser(own);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await MailedServer.AskAsync(browser, "/account/forgot", $"full{i}@example.com");
            Assert.Equal(i < 2 ? HttpStatusCode.SeeOther : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            if (i == 2) Assert.NotNull(answer.Headers.RetryAfter);
        }

        await own.Database.ExecuteAsync("DELETE FROM mail_outbox");
        using var later = await MailedServer.AskAsync(browser, "/account/forgot", "full@example.com");
        Assert.Equal(HttpStatusCode.SeeOther, later.StatusCode);
    }

    private Task<long> AuditedAsync() =>
        mailed.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'budget_used_up' AND reason = 'mails_exhausted'");
}
