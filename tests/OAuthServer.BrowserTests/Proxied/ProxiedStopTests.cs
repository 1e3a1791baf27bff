using System.Net;
using System.Net.Sockets;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>An instance that is told to stop finishes what it has begun.</summary>
[Collection(BehindNginx.Name)]
public sealed class ProxiedStopTests(ProxiedStage proxied)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private ProxiedServers Servers => proxied.Servers;

    [Fact]
    public async Task Requests_that_are_under_way_when_an_instance_is_told_to_stop_are_answered_through_nginx()
    {
        const int underWay = 6;
        using var browser = Servers.BrowserFrom("127.0.6.1");
        using var backend = Servers.ClientFrom("127.0.6.2");
        var codes = new List<string?>();
        for (var i = 0; i < underWay; i++) codes.Add((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var direct = Servers.Instance(0).Http;

        // Whoever redeems a code now waits for the test.
        await using var connection = await Servers.Database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = connection.CreateCommand())
        {
            hold.CommandText = "LOCK TABLE oauth_refresh_tokens IN ACCESS EXCLUSIVE MODE";
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var replies = codes.Select(code => RedeemAsync(backend, code)).ToArray();
        await Eventually.BecomesTrue(
            async () => await WaitingAsync() == underWay, Patience, "all requests wait in the database");
        await proxied.TellToStopAsync(0);
        await Eventually.BecomesTrue(
            async () => !await ListensAsync(direct.BaseAddress!.Port),
            Patience,
            "the instance takes no new connections");
        Assert.All(replies, reply => Assert.False(reply.IsCompleted));
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        Assert.All(
            await Task.WhenAll(replies), reply => Assert.Equal((HttpStatusCode.OK, null), (reply.Status, reply.Error)));
        await Servers.EndedAsync(0);
        await Servers.StartAsync(0);
    }

    private Task<long> WaitingAsync() => Servers.Database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            + "AND query LIKE '%oauth_authorization_codes%'");

    private static async Task<Reply> RedeemAsync(HttpClient backend, string? code)
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code ?? "",
            ["redirect_uri"] = TestData.WebRedirectUri,
            ["code_verifier"] = AuthorizationAsk.Verifier,
            ["client_id"] = TestData.Web,
            ["client_secret"] = TestData.Secret,
        });
        using var response = await backend.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);
        return await Reply.ReadAsync(response);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
