using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Accounts.Mail;

/// <summary>A dead mail server stops nobody, loses nothing, and no link is ever in a log.</summary>
public sealed class DeadMailServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [Row("ACC-09")]
    [InlineData("refuses")]
    [InlineData("hangs")]
    [InlineData("is gone")]
    public async Task People_notice_nothing_and_each_mail_goes_out_once_when_it_is_back(string way)
    {
        var log = new CollectedLog();
        await using var sink = MailSink.Start();
        var settings = new Dictionary<string, string?>(sink.Settings)
        {
            ["Mail:Timeout"] = way == "hangs" ? "00:00:05" : "00:00:01",
            ["Mail:MostWaiting"] = "50",
            ["SelfService:Registration"] = "true",
        };
        foreach (var (key, value) in CollectedLog.MostVerbose) settings[key] = value;
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = settings,
            Services = services => services.AddSingleton<ILogEventSink>(log),
        });
        using var browser = new TestBrowser(server);
        await TimeAsync(browser, TestData.OtherEmail);
        await sink.AwaitAsync(TestData.OtherEmail);

        if (way == "is gone") sink.Disappear();
        else sink.Mood = way == "hangs" ? SinkMood.Hangs : SinkMood.Defers;
        var dead = await TimeAsync(browser, TestData.Email);
        using (var registered = await MailedServer.AskAsync(browser, "/account/register", "new@example.com"))
            Assert.Equal(HttpStatusCode.SeeOther, registered.StatusCode);
        await browser.SignInAsync();
        // Nobody waits for the mail server: one that hangs is given five seconds for each try.
        Assert.True(dead < TimeSpan.FromSeconds(4), $"The person waited for {dead}.");
        using (var ready = await server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct))
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        await Eventually.BecomesTrue(
            async () =>
                await server.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM mail_outbox WHERE tries > 0 AND done_at IS NULL") > 0,
            TimeSpan.FromSeconds(20),
            "it was tried");
        Assert.Empty(sink.To(TestData.Email));
        for (var i = 0; i < 60; i++)
        {
            using var full = await MailedServer.AskAsync(browser, "/account/register", $"more{i}@example.com");
            if (full.StatusCode == HttpStatusCode.ServiceUnavailable) break;
            Assert.NotEqual(59, i);
        }

        if (way == "is gone") sink.Appear();
        sink.Mood = SinkMood.Takes;
        var link = (await sink.AwaitAsync(TestData.Email))[0].Path;
        await sink.AwaitAsync("new@example.com");
        await Eventually.BecomesTrue(
            async () =>
                await server.Database.ScalarAsync<long>("SELECT count(*) FROM mail_outbox WHERE done_at IS NULL") == 0,
            TimeSpan.FromSeconds(30),
            "all are sent");
        Assert.Single(sink.To(TestData.Email));
        Assert.All(sink.Mails.GroupBy(mail => mail.Recipient), mails => Assert.Single(mails));
        using (var set = await MailedServer.ChooseAsync(new TestBrowser(server), link))
            Assert.Equal(HttpStatusCode.SeeOther, set.StatusCode);
        foreach (var token in sink.Mails.Where(mail => mail.Text.Contains("token=", StringComparison.Ordinal))
            .Select(mail => mail.Link.Split("token=")[1]))
        {
            Assert.DoesNotContain(log.Events, line => line.Contains(token, StringComparison.Ordinal));
        }
    }

    private static async Task<TimeSpan> TimeAsync(TestBrowser browser, string email)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/forgot"), "/account/forgot");
        form.Fields["email"] = email;
        var watch = Stopwatch.StartNew();
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return watch.Elapsed;
    }
}
