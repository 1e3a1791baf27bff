using System.Net;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>A server that is killed while it has mails to send loses none of them.</summary>
public sealed class KilledSenderTests
{
    private const string Page = "/account/register";

    /// <summary>When the server is killed.</summary>
    public enum Moment
    {
        /// <summary>The mail server has said that it took the mail, and the row does not say so yet.</summary>
        Taken,

        /// <summary>The mail server has the whole mail, and has not said so.</summary>
        Held,

        /// <summary>The form was answered a moment ago.</summary>
        Accepted,
    }

    // The first in every gate, and all of them where the environment asks for more than one round.
    public static TheoryData<Moment> Moments => [.. Enum.GetValues<Moment>().Take(Effort.Rounds(1))];

    private static int Rounds => Math.Min(Effort.Rounds(1), 5);

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Every_mail_that_was_asked_for_arrives_with_one_id(Moment moment)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var sink = MailSink.Start();
        await using var sender = new Sender(database, sink);
        await sender.StartAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var address = $"killed-{round}@example.com";
            sink.Mood = moment == Moment.Accepted ? SinkMood.Takes : SinkMood.Holds;
            await sender.RegisterAsync(address);
            switch (moment)
            {
                case Moment.Taken:
                    await KillOnceTakenAsync(database, sink, sender, address);
                    break;
                case Moment.Held:
                    await sink.HoldsAsync(address);
                    await sender.KillAsync();
                    break;
                default:
                    await sender.KillAsync();
                    break;
            }

            sink.Mood = SinkMood.Takes;
            // As it is some seconds later: whatever the dead server had taken is free again.
            await database.ExecuteAsync("UPDATE mail_outbox SET next_try_at = now() WHERE done_at IS NULL");
            await sender.StartAsync();
            var arrived = await sink.AwaitAsync(address, moment == Moment.Taken ? 2 : 1);
            var ids = arrived.Concat(sink.Held.Where(mail => mail.Recipient == address))
                .Select(mail => mail.Message.MessageId);
            Assert.EndsWith("@as.example.test", Assert.Single(ids.Distinct()), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await sender.OpenAsync(arrived[^1].Path));
        }
    }

    // Whoever has the row keeps the server from writing that it is done.
    private static async Task KillOnceTakenAsync(TestDatabase database, MailSink sink, Sender sender, string address)
    {
        await sink.HoldsAsync(address);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var holding = new NpgsqlCommand(
            "SELECT FROM mail_outbox WHERE done_at IS NULL FOR UPDATE", connection))
        {
            await holding.ExecuteNonQueryAsync();
        }

        sink.LetGo();
        const string waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        await Eventually.BecomesTrue(
            async () => await database.ScalarAsync<long>($"SELECT count(*) {waiting}") > 0,
            TimeSpan.FromSeconds(20),
            "the server writes that the mail is sent");
        await sender.KillAsync();
        // What it had sent to the database is lost with it.
        await database.ExecuteAsync($"SELECT pg_terminate_backend(pid) {waiting}");
        await transaction.RollbackAsync();
        Assert.Single(sink.To(address));
    }

    /// <summary>One server as a process of its own.</summary>
    private sealed class Sender(TestDatabase database, MailSink sink) : IAsyncDisposable
    {
        private readonly ContentRoot _root = new();
        private readonly string _keys = KeyFolder.Create();
        private HostProcess? _host;

        public async Task StartAsync()
        {
            var variables = sink.Settings.ToDictionary(
                setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value!);
            variables["Mail__Timeout"] = "00:00:20";
            variables["SelfService__Registration"] = "true";
            variables["ASPNETCORE_ENVIRONMENT"] = "Production";
            variables["ConnectionStrings__OAuthServer"] = database.ConnectionString;
            variables["OAuth__Issuer"] = TestServer.Issuer;
            variables["SigningKeys__Source"] = "File";
            variables["SigningKeys__Directory"] = _keys;
            variables["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1";
            _host = await HostProcess.StartAsync(_root, variables);
        }

        public async Task KillAsync()
        {
            await _host!.EndAsync("KILL");
            await _host.DisposeAsync();
        }

        public async Task RegisterAsync(string address)
        {
            using var network = new TrustedProxy();
            using var browser = new TestBrowser(network, _host!.Http.BaseAddress!);
            var form = await TestBrowser.FormAsync(await browser.GetAsync(Page), Page);
            form.Fields["email"] = address;
            using var answer = await browser.PostAsync(form.Action, form.Fields);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        }

        public async Task<HttpStatusCode> OpenAsync(string path)
        {
            using var network = new TrustedProxy();
            using var browser = new TestBrowser(network, _host!.Http.BaseAddress!);
            using var page = await browser.GetAsync(path);
            return page.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (_host is not null) await _host.DisposeAsync();
            await _root.DisposeAsync();
            Directory.Delete(_keys, recursive: true);
        }
    }
}
