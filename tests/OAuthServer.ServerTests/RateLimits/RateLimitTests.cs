using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OAuthServer.ServerTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>OPS-01, OPS-02, OPS-03.</summary>
public class RateLimitTests
{
    [Theory]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/authorize")]
    public async Task Five_hundred_good_requests_from_one_address_are_never_limited(string path)
    {
        await using var host = await ProtectedHost.StartAsync();

        var statuses = await host.PostManyAsync(path, 500);

        Assert.Equal(new Dictionary<int, int> { [200] = 500 }, statuses);
    }

    [Theory]
    [InlineData("/oauth/token?status=401")]
    [InlineData("/oauth/token?status=400")]
    [InlineData("/oauth/authorize?status=400")]
    public async Task A_guesser_is_stopped_after_a_hundred_refusals(string path)
    {
        await using var host = await ProtectedHost.StartAsync();

        var statuses = await host.PostManyAsync(path, 130);

        Assert.Equal(30, statuses[429]);
        using var good = await host.PostAsync(path.Split('?')[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, good.StatusCode);
    }

    [Fact]
    public async Task Failures_of_the_server_are_not_the_callers_refusals()
    {
        await using var host = await ProtectedHost.StartAsync(
            Limit("Token", 3), faults: (_, _) => new InvalidOperationException());

        Assert.Equal(20, (await host.PostManyAsync("/oauth/token?throw=bug", 20))[500]);
        Assert.Equal(20, (await host.PostManyAsync("/oauth/token?status=429", 20))[429]);
        Assert.Equal(20, (await host.PostManyAsync("/oauth/token?status=303", 20))[303]);
        using var free = await host.PostAsync("/oauth/token");
        Assert.Equal(("3", HttpStatusCode.OK), (free.Header("RateLimit-Remaining"), free.StatusCode));
    }

    [Fact]
    public async Task Token_and_refresh_share_one_budget_and_revocation_has_its_own()
    {
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 4));

        await host.PostManyAsync("/oauth/token?status=400", 2);
        await host.PostManyAsync("/oauth/refresh?status=400", 2);

        Assert.Equal(1, (await host.PostManyAsync("/oauth/token", 1))[429]);
        Assert.Equal(1, (await host.PostManyAsync("/oauth/refresh", 1))[429]);
        Assert.Equal(1, (await host.PostManyAsync("/oauth/revoke", 1))[200]);
    }

    [Fact]
    public async Task The_limiter_lets_every_revocation_through_to_its_endpoint()
    {
        await using var host = await ProtectedHost.StartAsync();

        await host.PostManyAsync("/oauth/revoke?status=403", 130);

        using var good = await host.PostAsync("/oauth/revoke");
        Assert.Equal((HttpStatusCode.OK, "0"), (good.StatusCode, good.Header("RateLimit-Remaining")));
    }

    [Fact]
    public async Task Every_password_that_is_sent_counts()
    {
        await using var host = await ProtectedHost.StartAsync();

        var statuses = await host.PostManyAsync("/account/sign-in", 101);

        Assert.Equal(new Dictionary<int, int> { [200] = 100, [429] = 1 }, statuses);
    }

    [Fact]
    public async Task A_limited_answer_has_its_one_form()
    {
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 1));
        await host.PostManyAsync("/oauth/token?status=400", 1);
        host.Clock.Advance(TimeSpan.FromSeconds(100.5));

        using var answer = await host.PostAsync("/oauth/token");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("{\"error\":\"too_many_requests\"}", await answer.TextAsync());
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.Equal("800", answer.Header("Retry-After"));
        Assert.Equal("1", answer.Header("RateLimit-Limit"));
        Assert.Equal("0", answer.Header("RateLimit-Remaining"));
        Assert.Equal("800", answer.Header("RateLimit-Reset"));
    }

    [Fact]
    public async Task Accepted_answers_say_what_is_left()
    {
        await using var host = await ProtectedHost.StartAsync();

        using var counted = await host.PostAsync("/account/sign-in");
        using var refused = await host.PostAsync("/oauth/token?status=400");
        using var free = await host.PostAsync("/oauth/token");

        Assert.Equal(("100", "99", "900"), Told(counted));
        Assert.Equal(("100", "99", "900"), Told(refused));
        Assert.Equal(("100", "99", "900"), Told(free));
        static (string?, string?, string?) Told(HttpResponseMessage answer) =>
            (answer.Header("RateLimit-Limit"), answer.Header("RateLimit-Remaining"), answer.Header("RateLimit-Reset"));
    }

    [Fact]
    public async Task A_new_window_has_a_whole_budget()
    {
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 1));
        await host.PostManyAsync("/oauth/token?status=400", 1);

        host.Clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromTicks(1));
        Assert.Equal(1, (await host.PostManyAsync("/oauth/token", 1))[429]);
        host.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, (await host.PostManyAsync("/oauth/token", 1))[200]);
    }

    [Fact]
    public async Task A_thousand_forged_addresses_are_one_bucket()
    {
        await using var host = await ProtectedHost.StartAsync();
        var limited = 0;

        for (var i = 0; i < 1_000; i++)
        {
            var forged = $"203.0.{i / 250}.{i % 250}";
            using var answer = await host.PostAsync(
                "/oauth/token?status=401",
                ("X-Forwarded-For", forged), ("Forwarded", $"for={forged}"), ("X-Real-IP", forged));
            if (answer.StatusCode == HttpStatusCode.TooManyRequests) limited++;
        }

        Assert.Equal(900, limited);
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_each_caller_has_its_own_budget_and_cannot_leave_it()
    {
        var settings = Limit("Token", 1);
        settings["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1";
        await using var host = await ProtectedHost.StartAsync(settings);
        await host.PostManyAsync("/oauth/token?status=400", 1, ("X-Forwarded-For", "2001:db8:0:1::1"));

        var same = ("X-Forwarded-For", "203.0.113.1, 2001:db8:0:1:ffff::2");
        Assert.Equal(1, (await host.PostManyAsync("/oauth/token", 1, same))[429]);
        Assert.Equal(1, (await host.PostManyAsync("/oauth/token", 1, ("X-Forwarded-For", "2001:db8:0:2::1")))[200]);
    }

    [Fact]
    public async Task A_preflight_is_never_counted_nor_limited()
    {
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 1));
        await host.PostManyAsync("/oauth/token?status=400", 2);

        for (var i = 0; i < 20; i++)
        {
            using var answer = await host.PreflightAsync("/oauth/token", ProtectedHost.App);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Options_requests_are_not_counted_where_no_cors_answers_them_first()
    {
        await using var host = await ProtectedHost.StartAsync(Limit("SignIn", 1));

        for (var i = 0; i < 5; i++)
        {
            using var answer = await host.SendAsync(HttpMethod.Options, "/asked");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_used_up_budget_is_recorded_once_in_each_window()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 1), database: database);

        await host.PostManyAsync("/oauth/token?status=400", 1);
        Assert.Empty(await RecordedAsync(database));
        await host.PostManyAsync("/oauth/token?status=400", 10);
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await host.PostManyAsync("/oauth/token?status=400", 10);

        Assert.Equal(["127.0.0.1", "127.0.0.1"], await RecordedAsync(database));
        Assert.Equal(2, host.Logs.Own.Count(line => line is { Event: 7001, Level: LogLevel.Warning }));
    }

    [Theory]
    [InlineData("/oauth/authorize?status=400")]
    [InlineData("/account/sign-in")]
    public async Task A_used_up_budget_of_people_is_recorded_too(string path)
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var host = await ProtectedHost.StartAsync(database: database);

        await host.PostManyAsync(path, 100);
        Assert.Empty(await RecordedAsync(database));
        await host.PostManyAsync(path, 5);

        Assert.Single(await RecordedAsync(database));
    }

    [Fact]
    public async Task A_refusal_whose_permit_another_request_has_taken_is_recorded()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        using var both = new Barrier(2);
        await using var host = await ProtectedHost.StartAsync(Limit("Token", 1), database: database, faults: (_, _) =>
        {
            both.SignalAndWait(TimeSpan.FromSeconds(20));
            return null;
        });

        using var one = host.PostAsync("/oauth/token?throw=none&status=400");
        using var two = host.PostAsync("/oauth/token?throw=none&status=400");
        using var first = await one;
        using var second = await two;

        Assert.All([first, second], answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
        Assert.Single(await RecordedAsync(database));
        Assert.Equal(3, (await host.PostManyAsync("/oauth/token", 3))[429]);
        Assert.Single(await RecordedAsync(database));
    }

    [Fact]
    public async Task What_cannot_be_recorded_does_not_change_the_answer()
    {
        var settings = Limit("Token", 1);
        settings["ConnectionStrings:OAuthServer"] = "Host=127.0.0.1;Port=1;Username=none";
        await using var host = await ProtectedHost.StartAsync(settings);

        Assert.Equal(4, (await host.PostManyAsync("/oauth/token?status=400", 5))[429]);

        Assert.Single(host.Logs.Own, line => line is { Event: 7005, Level: LogLevel.Error });
    }

    [Fact]
    public async Task Wrong_limits_stop_the_start_and_are_listed_together()
    {
        var settings = new Dictionary<string, string?>
        {
            ["RateLimiting:Token:PermitLimit"] = "0",
            ["RateLimiting:SignIn:Window"] = "00:00:00",
            ["RateLimiting:Revoke:Count"] = "7",
            ["RateLimiting:ClientSecrets:PermitLimit"] = "-1",
            ["RateLimiting:Passwords:Window"] = "2.00:00:00",
        };

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ProtectedHost.StartAsync(settings));

        Assert.Equal(5, fault.Failures.Count());
        var misspelt = await Assert.ThrowsAsync<OptionsValidationException>(
            () => ProtectedHost.StartAsync(new() { ["RateLimiting:Token:PermitLimt"] = "5" }));
        Assert.Contains("PermitLimt", misspelt.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Limit(string group, int permits) =>
        new() { [$"RateLimiting:{group}:PermitLimit"] = permits.ToString(CultureInfo.InvariantCulture) };

    // The address of each row that tells of a used-up budget.
    private static async Task<IEnumerable<string?>> RecordedAsync(TestDatabase database) =>
        (await database.QueryAsync(
            "SELECT address FROM oauth_audit_events WHERE event = 'budget_used_up' AND reason = 'address_budget'"))
        .Select(row => (string?)row["address"]);
}
