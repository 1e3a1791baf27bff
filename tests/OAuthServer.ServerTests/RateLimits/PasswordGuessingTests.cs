using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>
/// Guessing people's passwords: it ends before a hundred tries, tells nothing, and shuts nobody out of a browser
/// that they use.
/// </summary>
[JudgesDeployment]
public sealed class PasswordGuessingTests(GuardedServer shared) : IClassFixture<GuardedServer>, IAsyncLifetime
{
    private const int Tries = 99;
    private static int _made;

    private readonly TestServer _server = shared.Server;

    // Each test has its own person, and its own addresses, by the third number of theirs.
    private readonly int _own = Interlocked.Increment(ref _made);

    private string Email => $"guessed-{_own}@example.com";

    // A copy of Alice under another name.
    public async ValueTask InitializeAsync() => await _server.Database.ExecuteAsync("""
        INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                              password_hash, security_stamp)
        SELECT gen_random_uuid(), $1, upper($1), $1, upper($1), true, password_hash, 'STAMP-' || $1
        FROM accounts WHERE email = 'alice@example.com'
        """, Email);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Row("OPS-02"), Row("UI-09")]
    public async Task Guessing_a_password_from_many_addresses_ends_whether_the_person_exists_or_not()
    {
        using var known = new TestBrowser(_server, Address(1));
        await known.SignInAsync(Email);

        var tries = await GuessUntilLimitedAsync(i => (Email, $"guess-{_own}-{i}", Address(i % 200)));
        var nobodys = await GuessUntilLimitedAsync(
            i => ($"nobody-{_own}@example.com", $"nobodys-{_own}-{i}", Address(i % 200)));

        Assert.Equal(tries, nobodys);
        Assert.Equal(1, await UsedUpAsync("account_guesses_exhausted", Email));
        // In the browser that they used before, the person feels nothing of it.
        Assert.Equal(HttpStatusCode.SeeOther, (await GuessAsync(known, Email, TestData.Password)).Status);
        using var elsewhere = new TestBrowser(_server, Address(250));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await GuessAsync(elsewhere, Email, TestData.Password)).Status);
    }

    [Theory, Row("OPS-02")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crowd_at_one_person_or_with_one_password_is_turned_away(bool onePerson)
    {
        var tries = Enumerable.Range(1, 60).Select(async i =>
        {
            using var browser = new TestBrowser(_server, Address(i));
            var (email, password) = onePerson
                ? (Email, $"crowd-{_own}-{i}")
                : ($"crowd-{_own}-{i}@example.com", $"crowd-{_own}");
            return await GuessAsync(browser, email, password);
        });

        var statuses = (await Task.WhenAll(tries)).Select(reply => reply.Status).ToLookup(status => status);

        Assert.Equal(
            [HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests],
            statuses.Select(status => status.Key).Order());
        // Those under way when the last guess of the budget was counted.
        Assert.InRange(statuses[HttpStatusCode.BadRequest].Count(), 1, GuardedServer.Guesses + 3);
    }

    [Theory, Row("OPS-02")]
    [InlineData(1)]
    [InlineData(200)]
    public async Task Trying_one_password_at_many_people_ends_before_a_hundred_tries(int addresses)
    {
        await GuessUntilLimitedAsync(
            i => ($"person-{_own}-{i}@example.com", $"the-one-of-{_own}", Address(i % addresses)));

        const string usedUp = """
            SELECT count(*) FROM oauth_audit_events
            WHERE event = 'budget_used_up' AND reason = 'password_guesses_exhausted' AND address LIKE $1
            """;
        Assert.Equal(1, await _server.Database.ScalarAsync<long>(usedUp, Address(0)[..^1] + "%"));
        using var person = new TestBrowser(_server, Address(251));
        await person.SignInAsync(Email);
    }

    [Fact, Row("OPS-02")]
    public async Task A_lock_holds_against_those_who_guessed_and_nobody_else()
    {
        using var known = new TestBrowser(_server, Address(1));
        await known.SignInAsync(Email);
        using var stranger = new TestBrowser(_server, Address(1));
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.BadRequest, (await GuessAsync(stranger, Email, $"lock-{_own}-{i}")).Status);

        var locked = await GuessAsync(stranger, Email, TestData.Password);

        Assert.Equal(HttpStatusCode.BadRequest, locked.Status);
        Assert.Equal("account_locked", await LastReasonAsync());
        // Another browser at the same address, which is known; and a new one at an address where nothing went wrong.
        Assert.Equal(HttpStatusCode.SeeOther, (await GuessAsync(known, Email, TestData.Password)).Status);
        using var newcomer = new TestBrowser(_server, Address(2));
        await newcomer.SignInAsync(Email);
        using var guesser = new TestBrowser(_server, Address(3));
        Assert.Equal(HttpStatusCode.BadRequest, (await GuessAsync(guesser, Email, $"lock-{_own}-5")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await GuessAsync(guesser, Email, TestData.Password)).Status);
        Assert.Equal("account_locked", await LastReasonAsync());
    }

    [Fact, Row("OPS-02")]
    public async Task A_lock_does_not_keep_a_signed_in_person_from_a_new_password()
    {
        using var person = new TestBrowser(_server, Address(1));
        await person.SignInAsync(Email);
        using var stranger = new TestBrowser(_server, Address(2));
        for (var i = 0; i < 5; i++) await GuessAsync(stranger, Email, $"lock-{_own}-{i}");
        var form = await TestBrowser.FormAsync(await person.GetAsync("/account/password"), "/account/password");
        const string chosen = "Demo-Other-Passw0rd";
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (TestData.Password, chosen, chosen);

        using var changed = await person.PostAsync(form.Action, form.Fields);

        Assert.Equal(HttpStatusCode.SeeOther, changed.StatusCode);
    }

    [Fact, Row("OPS-02")]
    public async Task A_known_browser_has_few_guesses_and_is_a_strangers_after_them()
    {
        using var known = new TestBrowser(_server, Address(1));
        await known.SignInAsync(Email);
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.BadRequest, (await GuessAsync(known, Email, $"known-{_own}-{i}")).Status);
        Assert.Equal(0, await FailedAsync());

        await GuessAsync(known, Email, $"known-{_own}-10");

        Assert.Equal(1, await FailedAsync());
    }

    [Fact, Row("OPS-02")]
    public async Task A_person_who_is_turned_away_reads_a_page()
    {
        using var browser = new TestBrowser(_server, Address(1));
        await GuessUntilLimitedAsync(i => (Email, $"page-{_own}-{i}", Address(i)));
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-in"), "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (Email, TestData.Password);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(form.Action, UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(form.Fields),
            Headers = { { "Accept", "text/html" } },
        };

        using var page = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.InRange(page.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 800, 900);
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Please wait before you try again", text, StringComparison.Ordinal);
    }

    private string Address(int host) => $"198.19.{_own}.{host}";

    // How many tries were judged.
    private async Task<int> GuessUntilLimitedAsync(Func<int, (string Email, string Password, string Address)> next)
    {
        for (var i = 1; i <= Tries; i++)
        {
            var (email, password, address) = next(i);
            using var browser = new TestBrowser(_server, address);
            var reply = await GuessAsync(browser, email, password);
            if (reply.Status == HttpStatusCode.BadRequest) continue;
            Expect.Error(reply, "too_many_requests", HttpStatusCode.TooManyRequests);
            Assert.InRange(reply.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 800, 900);
            Assert.Equal("0", reply.Headers.GetValues("RateLimit-Remaining").Single());
            return i - 1;
        }

        throw new InvalidOperationException($"{Tries} guesses were judged.");
    }

    private static async Task<Reply> GuessAsync(TestBrowser browser, string email, string password)
    {
        var page = await browser.GetAsync("/account/sign-in?reauthenticate=true");
        using var answer = await browser.TypePasswordAsync(page, email, password);
        return await Reply.ReadAsync(answer);
    }

    // How many wrong passwords count towards a lock.
    private Task<int> FailedAsync() =>
        _server.Database.ScalarAsync<int>("SELECT access_failed_count FROM accounts WHERE email = $1", Email);

    private Task<long> UsedUpAsync(string reason, string email) => _server.Database.ScalarAsync<long>(
        """
        SELECT count(*) FROM oauth_audit_events
        WHERE event = 'budget_used_up' AND reason = $1 AND pseudonym = (SELECT pseudonym FROM accounts WHERE email = $2)
        """,
        reason, email);

    private Task<string?> LastReasonAsync() => _server.Database.ScalarAsync<string>(
        """
        SELECT reason FROM oauth_audit_events
        WHERE event = 'sign_in' AND pseudonym = (SELECT pseudonym FROM accounts WHERE email = $1)
        ORDER BY id DESC LIMIT 1
        """,
        Email);
}
