using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Accounts.Mail;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Mail;

/// <summary>When a mail server is asked that was away.</summary>
public sealed class MailSenderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_server_that_is_away_is_left_alone_for_the_pause()
    {
        // The server looks at its outbox by this clock: not before the test moves it.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var sink = MailSink.Start();
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?>(sink.Settings) { ["Mail:FirstPause"] = "00:01:00" },
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        await new MailOutbox(server.Database.Contexts)
            .QueueAsync(MailRequest.Notice(MailKind.PasswordChanged, TestData.AliceId), Ct);
        var sender = server.Services.GetRequiredService<MailSender>();
        sink.Disappear();
        await sender.SendAsync(Ct);

        sink.Appear();
        await sender.SendAsync(Ct);
        Assert.Empty(sink.Mails);

        clock.Advance(TimeSpan.FromMinutes(2)); // a pause is a tenth longer at most
        await sink.AwaitAsync(TestData.Email);
    }
}
