using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Mail;

/// <summary>Who has a mail, and who has it no more.</summary>
public sealed class MailQueueTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Two instances with one mail: the first was slow, so that its time with it was over.</summary>
    [Fact]
    public async Task Whoever_had_a_mail_before_does_not_postpone_it_for_whoever_has_it_now()
    {
        var queue = new MailQueue(_database.Contexts);
        await new MailOutbox(_database.Contexts)
            .QueueAsync(MailRequest.Notice(MailKind.PasswordChanged, TestData.AliceId), Ct);
        var slow = (await queue.TakeAsync(TimeSpan.Zero, Ct))!;
        var now = (await queue.TakeAsync(TimeSpan.Zero, Ct))!;
        Assert.Equal((slow.Id, 1, 2), (now.Id, slow.Tries, now.Tries));

        await queue.PostponeAsync(slow, TimeSpan.FromHours(1), Ct);
        Assert.True((await queue.LookAsync(Ct)).Due);
        await queue.PostponeAsync(now, TimeSpan.FromHours(1), Ct);
        Assert.False((await queue.LookAsync(Ct)).Due);
    }
}
