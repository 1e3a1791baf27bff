using System.Globalization;
using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.ServerTests.Pages;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.RateLimits;

/// <summary>
/// At authorize refusals alone use up the budget of an address: an office behind one address is not shut out, and who
/// tries out clients and redirect URIs is.
/// </summary>
public sealed class AuthorizeBudgetTests(ThriftyServer shared) : IClassFixture<ThriftyServer>
{
    private const int Limit = 30;
    private const int Office = 300;

    private static int _addresses;

    private readonly TestServer _server = shared.Server;
    private readonly string _address = $"203.0.113.{Interlocked.Increment(ref _addresses)}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What is refused by a page, and by a redirect with an error.</summary>
    public static TheoryData<string, string> Refusals => new()
    {
        { "an unknown client", Ask("client_id", "nobody") },
        { "no client", Ask("client_id", null) },
        { "a redirect URI of nobody", Ask("redirect_uri", "https://evil.example/cb") },
        { "a parameter that is repeated", new AuthorizationAsk().Adding("client_id", TestData.Web).Path },
        { "a broken escape", "/oauth/authorize?client_id=%zz" },
        { "a scope that is unknown", Ask("scope", "everything") },
        { "a response type that is not served", Ask("response_type", "token") },
        { "no code challenge", Ask("code_challenge", null) },
        { "a prompt that is unknown", Ask("prompt", "always") },
        { "a silent request without a session", Ask("prompt", "none") },
        { "a request that is given up", Ask("state", "x").Replace("?", "/cancel?", StringComparison.Ordinal) },
    };

    [Fact, Row("OPS-01")]
    public async Task An_office_behind_one_address_signs_in()
    {
        var ask = new AuthorizationAsk().Path;

        for (var i = 0; i < Office; i++)
        {
            using var answer = await GetAsync(ask);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
            Assert.StartsWith("/account/sign-in?", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
            Assert.Equal((Limit, Limit), Told(answer));
        }
    }

    [Fact]
    public async Task People_who_are_signed_in_are_asked_and_get_codes_without_end()
    {
        using var browser = new TestBrowser(_server, _address);
        Assert.NotNull((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var asked = new AuthorizationAsk().With("prompt", "consent").Path;

        for (var i = 0; i < Office / 2; i++)
        {
            using var consent = await browser.GetAsync(asked);
            using var granted = await browser.GetAsync(new AuthorizationAsk().With("prompt", "none").Path);
            Assert.Equal(HttpStatusCode.OK, consent.StatusCode);
            Assert.NotNull(new AuthorizationAnswer(granted.Headers.Location!.OriginalString).Code);
            Assert.Equal((Limit, Limit), Told(granted));
        }
    }

    [Theory, Row("OPS-01"), Row("OPS-02")]
    [MemberData(nameof(Refusals))]
    public async Task Refusals_use_the_budget_up(string what, string path)
    {
        for (var i = 1; i <= Limit; i++)
        {
            using var refused = await GetAsync(path);
            Assert.True(refused.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.SeeOther, what);
            Assert.Equal((Limit, Limit - i), Told(refused));
        }

        using var limited = await GetAsync(new AuthorizationAsk().Path);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.Equal("{\"error\":\"too_many_requests\"}", await limited.Content.ReadAsStringAsync(Ct));
    }

    [Theory, Row("OPS-02")]
    [InlineData("/oauth/authorize", "client_id=%zz")]
    [InlineData("/oauth/authorize", "client_id=nobody")]
    [InlineData("/oauth/authorize/consent", "ticket=forged&decision=allow")]
    public async Task Forms_that_are_refused_use_it_up_too(string path, string body)
    {
        for (var i = 0; i < Limit; i++) Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(path, body)).Status);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(path, body)).Status);
    }

    [Theory, Row("OPS-01"), Row("UI-01")]
    [InlineData("/oauth/authorize", Limit)]
    [InlineData("/oauth/authorize/consent", Limit)]
    [InlineData("/account/sign-in", 3)]
    [InlineData("/account/password", 3)]
    public async Task Who_is_over_it_reads_in_a_browser_when_to_try_again(string path, int limit)
    {
        const string form = "client_id=nobody&x=y";
        for (var i = 0; i < limit; i++) await PostAsync(path, form);

        using var page = await SendAsync(HttpMethod.Post, path, form);

        var html = await StatusPageTests.AssertPageAsync(page, HttpStatusCode.TooManyRequests);
        Assert.InRange(page.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 800, 900);
        Assert.Equal((limit, 0), Told(page));
        Assert.Matches("Try again in 1[45] minutes: reload this page then", html);
    }

    [Theory, Row("OPS-01"), Row("UI-01")]
    [InlineData("/oauth/authorize?client_id=%22%3E%3Cscript%3E&a=b")]
    [InlineData("/oauth/authorize/cancel?client_id=nobody")]
    public async Task The_page_leads_back_to_what_was_asked_for(string path)
    {
        for (var i = 0; i < Limit; i++) (await GetAsync(path)).Dispose();

        using var page = await SendAsync(HttpMethod.Get, path, null);

        var html = await StatusPageTests.AssertPageAsync(page, HttpStatusCode.TooManyRequests);
        var link = path.Replace("&", "&amp;", StringComparison.Ordinal);
        Assert.Contains($"href=\"{link}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
    }

    private static string Ask(string name, string? value) => new AuthorizationAsk().With(name, value).Path;

    private static (int Limit, int Remaining) Told(HttpResponseMessage answer) =>
        (Number(answer, "RateLimit-Limit"), Number(answer, "RateLimit-Remaining"));

    private static int Number(HttpResponseMessage answer, string name) =>
        int.Parse(answer.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);

    private Task<Reply> PostAsync(string path, string body) =>
        _server.PostRawAsync(path, body, headers: ("X-Forwarded-For", _address));

    private Task<HttpResponseMessage> GetAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-Forwarded-For", _address);
        return _server.Http.SendAsync(request, Ct);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? form)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-Forwarded-For", _address);
        request.Headers.TryAddWithoutValidation("Accept", StatusPageTests.Browser);
        if (form is not null) request.Content = new StringContent(form, null, "application/x-www-form-urlencoded");
        return _server.Http.SendAsync(request, Ct);
    }
}
