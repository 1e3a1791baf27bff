using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>
/// One consent form that is answered more than once: a double click, Back and Allow, two tabs (UI-05).
/// </summary>
[JudgesDeployment]
public sealed class SecondAnswerTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private const string Consent = "/oauth/authorize/consent";

    private readonly TestServer _server = own.Server;

    public async ValueTask InitializeAsync() => await People.StartAnewAsync(_server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    [Row("UI-05")]
    public async Task Every_answer_of_one_form_is_the_first_one_while_its_code_is_unused()
    {
        using var browser = new TestBrowser(_server);
        var form = await ShownAsync(browser);

        var answers = new List<string>();
        for (var click = 0; click < 3; click++) answers.Add(await AllowAsync(browser, form));

        Assert.Single(answers.Distinct());
        var answer = Expect.Code(new AuthorizationAnswer(answers[0]), TestData.WebRedirectUri);
        (await _server.RedeemAsync(answer.Code)).IsTokens();
    }

    [Fact]
    [Row("UI-05")]
    public async Task Answers_at_the_same_moment_are_one_answer()
    {
        for (var round = 0; round < Effort.Rounds(3); round++)
        {
            await People.StartAnewAsync(_server);
            using var browser = new TestBrowser(_server);
            var form = await ShownAsync(browser);

            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AllowAsync(browser, form)));

            Assert.Single(answers.Distinct());
        }
    }

    [Fact]
    [Row("UI-05")]
    public async Task Once_the_code_was_used_a_page_says_that_access_was_allowed_and_makes_no_second_one()
    {
        using var browser = new TestBrowser(_server);
        var form = await ShownAsync(browser);
        var tokens = (await _server.RedeemAsync(new AuthorizationAnswer(await AllowAsync(browser, form)).Code))
            .IsTokens();

        using var again = await browser.PostAsync(form.Action, form.Fields);

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        var page = await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("You allowed", page, StringComparison.Ordinal);
        Assert.Contains(
            $"href=\"{new Uri(TestData.WebRedirectUri).GetLeftPart(UriPartial.Authority)}/\"",
            page,
            StringComparison.Ordinal);
        Assert.Contains("href=\"/account/connections\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("code=", page, StringComparison.Ordinal);
        (await _server.RefreshAsync(tokens.RefreshToken)).IsTokens();
    }

    [Fact]
    [Row("UI-05")]
    public async Task Deny_after_Allow_is_a_denial_and_Allow_after_it_is_the_first_answer()
    {
        using var browser = new TestBrowser(_server);
        var form = await ShownAsync(browser);
        var allowed = await AllowAsync(browser, form);

        form.Fields["decision"] = "deny";
        var denied = new AuthorizationAnswer(await SendAsync(browser, form));

        Assert.Equal("access_denied", denied["error"]);
        Assert.Equal(allowed, await AllowAsync(browser, form));
    }

    [Fact]
    [Row("UI-05")]
    public async Task In_a_session_that_began_later_the_form_is_asked_anew()
    {
        using var browser = new TestBrowser(_server);
        var form = await ShownAsync(browser);
        await AllowAsync(browser, form);
        await SignInLaterAsync(browser);
        form.Fields["antiforgery"] = (await TestBrowser.FormAsync(
            await browser.GetAsync("/account/sign-out"), "/account/sign-out")).Fields["antiforgery"];

        var again = await AllowAsync(browser, form);

        Assert.StartsWith("/oauth/authorize?", again, StringComparison.Ordinal);
        // Although what was agreed to is remembered.
        using var page = await browser.GetAsync(again);
        await TestBrowser.FormAsync(page, Consent);
    }

    [Fact]
    [Row("UI-05")]
    public async Task What_was_withdrawn_meanwhile_is_asked_anew()
    {
        using var browser = new TestBrowser(_server);
        var form = await ShownAsync(browser);
        await AllowAsync(browser, form);
        await People.WithdrawAllAsync(browser);

        var again = await AllowAsync(browser, form);

        Assert.StartsWith("/oauth/authorize?", again, StringComparison.Ordinal);
        // Although what was agreed to is remembered.
        using var page = await browser.GetAsync(again);
        await TestBrowser.FormAsync(page, Consent);
    }

    // Sessions are told apart by the second in which their password was typed.
    private static async Task SignInLaterAsync(TestBrowser browser)
    {
        var second = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await Eventually.BecomesTrue(
            () => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() > second),
            TimeSpan.FromSeconds(5),
            "the next second");
        using var page = await browser.GetAsync("/account/sign-in?reauthenticate=true");
        using var answer = await browser.TypePasswordAsync(page);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
    }

    private static async Task<TestForm> ShownAsync(TestBrowser browser)
    {
        await browser.SignInAsync();
        using var page = await browser.GetAsync(new AuthorizationAsk().Path);
        var form = await TestBrowser.FormAsync(page, Consent);
        form.Fields["decision"] = "allow";
        return form;
    }

    private static Task<string> AllowAsync(TestBrowser browser, TestForm form)
    {
        form.Fields["decision"] = "allow";
        return SendAsync(browser, form);
    }

    private static async Task<string> SendAsync(TestBrowser browser, TestForm form)
    {
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }
}
