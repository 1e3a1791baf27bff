using Microsoft.AspNetCore.Http;
using OAuthServer.Accounts.BackChannel;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>Whoever registers an app chooses where the server connects to: these are the bounds.</summary>
public sealed class BackChannelGuardTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    private static readonly Dictionary<string, string?> Quick = new()
    {
        ["BackChannelLogout:PollInterval"] = "00:00:00.1",
        ["BackChannelLogout:FirstPause"] = "00:00:00.2",
        ["BackChannelLogout:RequestTimeout"] = "00:00:02",
    };

    [Theory]
    [Row("LOGOUT-10")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("0.0.0.0")]
    public async Task A_private_address_is_never_connected_to_unless_it_is_listed(string host)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var guarded = await StartAsync(database, []);
        var path = "/private-" + Guid.NewGuid().ToString("N");
        await NoticeAsync(database, apps.Host.Https(path, host));

        await WaitForTriesAsync(database, 2);
        Assert.Equal(0, apps.Host.Requests(path));
    }

    /// <summary>
    /// The name is resolved for each connection, and judged then: what was listed yesterday may be private today.
    /// </summary>
    [Fact]
    [Row("LOGOUT-10")]
    public async Task What_is_listed_is_told_and_redirects_and_large_answers_are_not_followed()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await apps.AddAppAsync("elsewhere");
        await apps.AddAppAsync("redirecting", http =>
        {
            http.Response.Redirect(apps.Host.Https("/elsewhere"));
            return Task.CompletedTask;
        });
        await apps.AddAppAsync("large", async http =>
        {
            http.RequestAborted.Register(() => closed.TrySetResult());
            http.Response.ContentLength = 5 * 1024 * 1024;
            await http.Response.WriteAsync(new string('x', 64 * 1024), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            // The rest never comes: whoever reads on waits.
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var (person, email) = await apps.AddPersonAsync();
        using (var browser = await apps.SignInAsync(email))
        {
            foreach (var app in new[] { "redirecting", "large" }) await apps.OpenAsync(browser, app);
        }

        await apps.Database.ExecuteAsync("UPDATE account_sessions SET ended_at = now() WHERE user_id = $1", person);

        await apps.WaitForAsync("redirecting", 2);
        Assert.Equal(0, apps.Host.Requests("/elsewhere"));
        await closed.Task.WaitAsync(SignOutApps.Patience, TestContext.Current.CancellationToken);
        await Eventually.BecomesTrue(
            async () =>
                await apps.Database.ScalarAsync<string>(
                    "SELECT outcome FROM oauth_logout_notices WHERE client_id = 'large'") == "delivered",
            SignOutApps.Patience,
            "its status counts");
    }

    [Fact]
    [Row("LOGOUT-10")]
    public async Task Plain_http_is_sent_to_in_development_and_on_this_machine_alone()
    {
        var path = "/plain-" + Guid.NewGuid().ToString("N");
        apps.Host.Answer(path, _ => Task.CompletedTask);
        await using var database = await TestData.CreateDatabaseAsync();
        await NoticeAsync(database, apps.Host.Http(path));
        await using (await StartAsync(database, new() { ["BackChannelLogout:AllowedHosts:0"] = "localhost" }))
            await WaitForTriesAsync(database, 2);
        Assert.Equal(0, apps.Host.Requests(path));

        var settings = new Dictionary<string, string?>(Quick) { ["OAuth:Issuer"] = "http://127.0.0.1:5000" };
        await using var development = await TestServer.StartAsync(new()
        {
            Environment = "Development",
            Database = database,
            Settings = settings,
        });
        await Eventually.BecomesTrue(
            () => Task.FromResult(apps.Host.Requests(path) > 0),
            SignOutApps.Patience,
            "the app on this machine is told");
    }

    private Task<TestServer> StartAsync(TestDatabase database, Dictionary<string, string?> more) =>
        TestServer.StartAsync(new()
        {
            Database = database,
            Settings = Quick.Concat(more).ToDictionary(),
            Services = services => apps.Host.TrustedBy(services, LogoutCourier.HttpClientName),
        });

    private static async Task NoticeAsync(TestDatabase database, string uri)
    {
        await database.ExecuteAsync(
            "UPDATE oauth_clients SET backchannel_logout_uri = $1 WHERE client_id = 'openid-web'", uri);
        await database.ExecuteAsync(
            "INSERT INTO oauth_logout_notices (client_id, session_id, user_id, names_person) "
                + "VALUES ('openid-web', gen_random_uuid(), $1, false)",
            TestData.AliceId);
    }

    private static Task WaitForTriesAsync(TestDatabase database, int tries) => Eventually.BecomesTrue(
        async () => await database.ScalarAsync<int>("SELECT max(tries) FROM oauth_logout_notices WHERE done_at IS NULL")
            >= tries, SignOutApps.Patience, $"it is tried {tries} times");
}
