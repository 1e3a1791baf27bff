using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Mail;

/// <summary>
/// A mail that is queued goes out once, whatever the mail server does, and nothing else waits for it.
/// </summary>
public sealed class OutboxTests : IAsyncLifetime
{
    private readonly MailSink _sink = MailSink.Start();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_notice_goes_out_in_the_language_of_the_profile_as_text_and_html()
    {
        await _server.Database.ExecuteAsync(
            "UPDATE account_profiles SET locale = 'de-AT' WHERE account_id = $1", TestData.AliceId);
        await QueueAsync(_server, MailKind.PasswordChanged);
        var mail = Assert.Single(await _sink.AwaitAsync(TestData.Email));
        Assert.Equal("Ihr Passwort wurde geändert", mail.Message.Subject);
        Assert.Contains(TestData.Email, mail.Text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"de\">", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", mail.Text + mail.Html, StringComparison.Ordinal);
        Assert.Equal("no-reply@as.example.test", mail.Message.From.Mailboxes.Single().Address);
        Assert.Equal("auto-generated", mail.Message.Headers["Auto-Submitted"]);
        await OutcomeAsync("sent", 1);
    }

    [Fact]
    public async Task Another_language_of_the_request_counts_before_the_profile()
    {
        await _server.Services.GetRequiredService<MailOutbox>().QueueAsync(
            new MailRequest
            {
                Kind = MailKind.AccountDeleted,
                AccountId = TestData.BobId,
                Language = "de",
                To = "elsewhere@example.com",
            }, TestContext.Current.CancellationToken);
        Assert.Equal("Ihr Konto ist gelöscht", (await _sink.AwaitAsync("elsewhere@example.com"))[0].Message.Subject);
    }

    [Theory]
    [InlineData(SinkMood.Defers)]
    [InlineData(SinkMood.Hangs)]
    public async Task A_mail_that_could_not_be_sent_goes_out_once_when_it_can_be(SinkMood mood)
    {
        _sink.Mood = mood;
        await QueueAsync(_server, MailKind.PasswordChanged);
        await TriedAsync(2);
        Assert.Empty(_sink.Mails);
        _sink.Mood = SinkMood.Takes;
        await OutcomeAsync("sent", 1);
        Assert.Single(_sink.To(TestData.Email));
    }

    [Fact]
    public async Task A_mail_server_that_is_gone_loses_no_mail()
    {
        _sink.Disappear();
        await QueueAsync(_server, MailKind.PasswordChanged);
        await TriedAsync(2);
        _sink.Appear();
        await OutcomeAsync("sent", 1);
        Assert.Single(_sink.To(TestData.Email));
    }

    [Fact]
    public async Task An_answer_that_was_lost_repeats_the_mail_with_its_id()
    {
        _sink.Mood = SinkMood.Vanishes;
        await QueueAsync(_server, MailKind.PasswordChanged);
        await _sink.AwaitAsync(TestData.Email);
        _sink.Mood = SinkMood.Takes;
        await OutcomeAsync("sent", 1);
        var ids = _sink.To(TestData.Email).Select(mail => mail.Message.MessageId).Distinct();
        Assert.EndsWith("@as.example.test", Assert.Single(ids), StringComparison.Ordinal);
        Assert.True(_sink.Mails.Count > 1);
    }

    [Fact]
    public async Task A_mail_that_is_refused_for_good_is_not_tried_again_and_is_on_record()
    {
        _sink.Mood = SinkMood.Refuses;
        await QueueAsync(_server, MailKind.PasswordChanged);
        await OutcomeAsync("refused", 1);
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'mail_refused' AND pseudonym = pseudonym_of($1)",
            TestData.AliceId));
        Assert.Equal(1, await _server.Database.ScalarAsync<int>("SELECT tries FROM mail_outbox"));
    }

    [Fact]
    public async Task A_mail_that_outlived_its_link_is_dropped_and_on_record()
    {
        _sink.Disappear();
        await QueueAsync(_server, MailKind.PasswordReset);
        await _server.Database.ExecuteAsync("UPDATE mail_outbox SET expires_at = now() - interval '1 second'");
        _sink.Appear();
        await OutcomeAsync("expired", 1);
        Assert.Empty(_sink.Mails);
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'mail_dropped'"));
    }

    [Fact]
    public async Task Two_instances_send_each_mail_once()
    {
        await using var second = await StartAsync(_server.Database);
        var outbox = second.Services.GetRequiredService<MailOutbox>();
        for (var i = 0; i < 40; i++)
            await outbox.QueueAsync(
                new MailRequest
                {
                    Kind = MailKind.PasswordChanged,
                    AccountId = TestData.AliceId,
                    To = $"p{i}@example.com",
                },
                TestContext.Current.CancellationToken);
        await OutcomeAsync("sent", 40);
        Assert.Equal(40, _sink.Mails.Select(mail => mail.Recipient).Distinct().Count());
        Assert.Equal(40, _sink.Mails.Count);
    }

    /// <summary>What a server that was killed had taken is free again when its lease is over.</summary>
    [Fact]
    public async Task A_mail_that_a_killed_server_had_taken_is_sent_by_another()
    {
        _sink.Disappear();
        await QueueAsync(_server, MailKind.PasswordChanged);
        await TriedAsync(1);
        // As it is left by one that died: taken, and no word of what became of it.
        await _server.Database.ExecuteAsync(
            "UPDATE mail_outbox SET next_try_at = now() + interval '3 seconds', tries = tries + 1");
        _sink.Appear();
        Assert.Null(await _server.Services.GetRequiredService<MailQueue>()
            .TakeAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        await OutcomeAsync("sent", 1);
        Assert.Single(_sink.Mails);
    }

    [Fact]
    public async Task Without_starttls_nothing_is_sent_in_the_clear()
    {
        await using var strict = await StartAsync(null, ("Mail:Tls", "StartTls"));
        await QueueAsync(strict, MailKind.PasswordReset);
        await Eventually.BecomesTrue(
            () => Task.FromResult(_sink.Connections > 0), TimeSpan.FromSeconds(10), "a connection");
        await TriedAsync(2, strict);
        Assert.Empty(_sink.Mails);
    }

    [Fact]
    public async Task Only_the_hash_of_a_link_is_kept_and_none_before_it_is_sent()
    {
        _sink.Disappear();
        await QueueAsync(_server, MailKind.PasswordReset);
        await TriedAsync(1);
        Assert.Equal(0L, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM account_tokens"));
        _sink.Appear();
        var link = (await _sink.AwaitAsync(TestData.Email))[0].Link;
        Assert.StartsWith($"{TestServer.Issuer}/account/reset?token=", link, StringComparison.Ordinal);
        var token = link.Split("token=")[1];
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM account_tokens WHERE hash = sha256($1::text::bytea)", token));
        var rows = await _server.Database.ScalarAsync<string>(
            "SELECT (SELECT string_agg(m::text, '') FROM mail_outbox m) || (SELECT string_agg(t::text, '') "
                + "FROM account_tokens t)");
        Assert.DoesNotContain(token, rows, StringComparison.Ordinal);
    }

    private async Task<TestServer> StartAsync(TestDatabase? database = null, params (string Key, string Value)[] more)
    {
        var settings = _sink.Settings;
        settings["Mail:Timeout"] = "00:00:01";
        foreach (var (key, value) in more) settings[key] = value;
        return await TestServer.StartAsync(new TestServerOptions { Settings = settings, Database = database });
    }

    private static Task QueueAsync(TestServer server, MailKind kind) => server.Services.GetRequiredService<MailOutbox>()
        .QueueAsync(
            new MailRequest { Kind = kind, AccountId = TestData.AliceId }, TestContext.Current.CancellationToken);

    private Task OutcomeAsync(string outcome, long count) => Eventually.BecomesTrue(
        async () =>
            await _server.Database.ScalarAsync<long>("SELECT count(*) FROM mail_outbox WHERE outcome = $1", outcome)
                == count,
        TimeSpan.FromSeconds(20), $"{count} mails are {outcome}");

    private static Task TriedAsync(int tries, TestServer server) => Eventually.BecomesTrue(
        async () => await server.Database.ScalarAsync<int>("SELECT max(tries) FROM mail_outbox") >= tries,
        TimeSpan.FromSeconds(20),
        $"{tries} tries");

    private Task TriedAsync(int tries) => TriedAsync(tries, _server);
}
