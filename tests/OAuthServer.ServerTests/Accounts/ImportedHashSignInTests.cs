using System.Diagnostics;
using System.Net;
using OAuthServer.Accounts;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>
/// Signing in with the hash of another software: taken once, then ours; and a refusal tells nothing of it.
/// </summary>
[Collection(Alone.Name)]
public sealed class ImportedHashSignInTests(ImportedHashSignInTests.CostlyServer own)
    : IClassFixture<ImportedHashSignInTests.CostlyServer>
{
    private const string Password = "a quiet harbour 7";
    private const string Argon2 = "$argon2id$v=19$m=64,t=2"
        + ",p=2$MDEyMzQ1Njc4OWFiY2RlZg$oJGCbebIPQiLCfoqld4KHGkgsfWok25MdInrqzRFh4I";
    private const string Slow = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";

    // Identity's own, with 1,000 iterations.
    private const string Old = "AQAAAAIAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWatBPInC43VS6VUb/VNUPg2Tk22ZhXyv+OlQIi0heoRcg==";

    private readonly TestServer _server = own.Server;

    [Theory]
    [InlineData("argon@example.org", Argon2)]
    [InlineData("old@example.org", Old)]
    public async Task The_first_sign_in_makes_the_hash_anew_and_keeps_every_session(string email, string hash)
    {
        await _server.Database.ExecuteAsync("INSERT INTO accounts (email, password_hash) VALUES ($1, $2)", email, hash);
        var stamp = await StampAsync(email);
        using var browser = new TestBrowser(_server);
        using var wrong = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in"), email, "another quiet harbour");
        Assert.Equal((HttpStatusCode.BadRequest, hash), (wrong.StatusCode, await HashAsync(email)));

        await browser.SignInAsync(email, Password);
        var made = await HashAsync(email);
        Assert.StartsWith("AQAAAAIAAzRQ", made, StringComparison.Ordinal);
        using var other = new TestBrowser(_server);
        await other.SignInAsync(email, Password);
        Assert.Equal((made, stamp), (await HashAsync(email), await StampAsync(email)));
        using var page = await browser.GetAsync("/account/connections");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    /// <summary>As many as may try at one account at once.</summary>
    [Fact]
    public async Task First_sign_ins_at_once_all_succeed()
    {
        await _server.Database.ExecuteAsync(
            "INSERT INTO accounts (email, password_hash) VALUES ('many@example.org', $1)", Argon2);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            using var browser = new TestBrowser(_server);
            await browser.SignInAsync("many@example.org", Password);
        }));
        Assert.StartsWith("AQAAAAIAAzRQ", await HashAsync("many@example.org"), StringComparison.Ordinal);
    }

    /// <summary>
    /// Half a second would be too short for the slow one, and tell that it is there. That both take equally long is
    /// shown by distributions, in RefusalTimeTests.
    /// </summary>
    [Fact]
    public async Task No_refusal_is_faster_than_the_slowest_hash_whatever_the_account()
    {
        await using var server = await TestServer.StartAsync(new() { FullHashCost = true });
        await RefuseAsync(server, "nobody@example.com", RefusalTime.Shortest);
        await server.Database.ExecuteAsync(
            "INSERT INTO accounts (email, password_hash) VALUES ('slow@example.org', $1)", Slow);
        await RefuseAsync(server, "nobody@example.com", RefusalTime.Shortest); // measures
        await RefuseAsync(server, "nobody@example.com", 2 * RefusalTime.Shortest);
        await RefuseAsync(server, "slow@example.org", 2 * RefusalTime.Shortest);
    }

    [Fact]
    public async Task The_example_file_makes_people_who_sign_in()
    {
        await using var server = await TestServer.StartAsync(new() { FullHashCost = true });
        await server.Database.ExecuteAsync(await File.ReadAllTextAsync(Seed(), TestContext.Current.CancellationToken));
        using var browser = new TestBrowser(server);
        await browser.SignInAsync("Jane@example.com", TestData.Password);
        Assert.Equal("ZO\u00cb@B\u00dcCHER.EXAMPLE", await server.Database.ScalarAsync<string>(
            "SELECT normalized_email FROM accounts WHERE password_hash IS NULL"));
    }

    private static string Seed()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "migrations", "seeds", "example_people.sql");
            if (File.Exists(file)) return file;
        }

        throw new FileNotFoundException("migrations/seeds/example_people.sql");
    }

    private static async Task RefuseAsync(TestServer server, string email, TimeSpan least)
    {
        using var browser = new TestBrowser(server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-in"), "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (email, "not the password of anybody");
        var began = Stopwatch.GetTimestamp();
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        var took = Stopwatch.GetElapsedTime(began);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(took >= least, $"{email}: {took}, and not {least} at least");
    }

    private Task<string?> HashAsync(string email) =>
        _server.Database.ScalarAsync<string>("SELECT password_hash FROM accounts WHERE email = $1", email);

    private Task<string?> StampAsync(string email) =>
        _server.Database.ScalarAsync<string>("SELECT security_stamp FROM accounts WHERE email = $1", email);

    /// <summary>A server whose own hashes cost what they cost outside of tests.</summary>
    public sealed class CostlyServer : OwnServer
    {
        protected override TestServerOptions Options => new() { FullHashCost = true };
    }
}
