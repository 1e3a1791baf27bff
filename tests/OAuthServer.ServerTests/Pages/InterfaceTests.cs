using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.ServerTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>The pages that people meet.</summary>
[JudgesDeployment]
public sealed class InterfaceTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private readonly TestServer _server = own.Server;

    public async ValueTask InitializeAsync() => await People.StartAnewAsync(_server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Row("UI-01"), Row("UI-02")]
    public async Task No_page_can_be_framed_cached_scripted_or_leak_a_referrer()
    {
        using var browser = new TestBrowser(_server);
        var signIn = await browser.GetAsync("/account/sign-in");
        var error = await browser.GetAsync("/oauth/authorize?client_id=unknown");
        await browser.SignInAsync();
        foreach (var page in (HttpResponseMessage[])[
            signIn,
            error,
            await browser.GetAsync(new AuthorizationAsk().Path),
            await browser.GetAsync("/account/connections"),
            await browser.GetAsync("/account/password"),
            await browser.GetAsync("/account/sign-out"),
        ])
        {
            var policy = string.Join(' ', page.Headers.GetValues("Content-Security-Policy"))
                .Split(';', StringSplitOptions.TrimEntries);
            Assert.Superset(
                new HashSet<string>
                {
                    "default-src 'none'",
                    "frame-ancestors 'none'",
                    "base-uri 'none'",
                    "object-src 'none'",
                },
                policy.ToHashSet());
            Assert.DoesNotContain(policy, directive => directive.Contains("unsafe", StringComparison.Ordinal));
            Assert.DoesNotContain(policy, directive =>
                directive.StartsWith("script-src", StringComparison.Ordinal) && directive != "script-src 'self'");
            Assert.Equal(["DENY"], page.Headers.GetValues("X-Frame-Options"));
            Assert.Equal(["no-referrer"], page.Headers.GetValues("Referrer-Policy"));
            Assert.Equal(["nosniff"], page.Headers.GetValues("X-Content-Type-Options"));
            Assert.True(page.Headers.CacheControl!.NoStore);
            var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            // Files of our own, and only where a password is typed.
            var takesPassword = html.Contains("type=\"password\"", StringComparison.Ordinal);
            Assert.Equal(takesPassword, policy.Contains("script-src 'self'"));
            var scripts = Regex.Matches(
                html, "<script src=\"/account/(page|passkeys)\\.js\\?v=[0-9a-f]{16}\" defer></script>");
            Assert.Equal(Regex.Count(html, "<script", RegexOptions.IgnoreCase), scripts.Count);
            Assert.Equal(takesPassword, scripts.Any(script => script.Groups[1].Value == "page"));
            Assert.True(takesPassword || scripts.Count == 0);
            Assert.DoesNotContain("src=\"http", html, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact, Row("UI-03"), Row("UI-05"), Row("UI-06"), Row("UI-07")]
    public async Task Posts_answer_303_and_a_consent_form_counts_once_for_its_own_request()
    {
        using var browser = new TestBrowser(_server);
        var page = await browser.GetAsync(
            (await browser.GetAsync(new AuthorizationAsk().Path)).Headers.Location!.OriginalString);
        var before = browser.Cookies.ToDictionary();
        using var typed = await browser.TypePasswordAsync(page);
        Assert.Equal(HttpStatusCode.SeeOther, typed.StatusCode);
        Assert.NotEmpty(browser.Cookies.Except(before));
        var form = await TestBrowser.FormAsync(
            await browser.GetAsync(typed.Headers.Location!.OriginalString), "/oauth/authorize/consent");
        foreach (var (name, value) in (IEnumerable<(string, string)>)[
            ("decision", "allow"),
            ("client_id", TestData.OtherWeb),
            ("redirect_uri", "https://evil.example/cb"),
            ("scope", "read write"),
            ("code_challenge", "x"),
        ])
        {
            form.Fields[name] = value;
        }

        using var agreed = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, agreed.StatusCode);
        var answer = new AuthorizationAnswer(agreed.Headers.Location!.OriginalString);
        Assert.Equal(TestData.WebRedirectUri, answer.Target);
        Assert.Equal("read", (await _server.RedeemAsync(answer.Code)).Scope);
        using var replayed = await browser.PostAsync(form.Action, form.Fields);
        Assert.DoesNotContain(
            "code=", replayed.Headers.Location?.OriginalString ?? string.Empty, StringComparison.Ordinal);
        Assert.All(browser.SetCookies, cookie =>
        {
            var traits = cookie.ToLowerInvariant().Split(';', StringSplitOptions.TrimEntries);
            Assert.StartsWith("__host-", traits[0], StringComparison.Ordinal);
            Assert.Superset(new HashSet<string> { "secure", "httponly", "path=/", "samesite=lax" }, traits.ToHashSet());
            Assert.DoesNotContain(traits, trait => trait.StartsWith("domain", StringComparison.Ordinal));
        });
    }

    [Theory, Row("UI-04")]
    [InlineData("/account/sign-in")]
    [InlineData("/oauth/authorize/consent")]
    [InlineData("/account/password")]
    [InlineData("/account/connections/withdraw")]
    public async Task A_form_without_or_with_anothers_antiforgery_token_does_nothing(string action)
    {
        using var browser = new TestBrowser(_server);
        using var stranger = new TestBrowser(_server);
        var foreign = (await TestBrowser.FormAsync(
            await stranger.GetAsync("/account/sign-in"), "/account/sign-in")).Fields["antiforgery"];
        await browser.SignInAsync();
        foreach (var token in (string[])["", "x", foreign])
        {
            using var answer = await browser.PostAsync(action, new Dictionary<string, string>
            {
                ["antiforgery"] = token,
                ["email"] = TestData.Email,
                ["password"] = TestData.Password,
                ["decision"] = "allow",
                ["ticket"] = "x",
                ["current"] = TestData.Password,
                ["new"] = "Demo-Other-Passw0rd",
                ["repeat"] = "Demo-Other-Passw0rd",
                ["client_id"] = TestData.Web,
            });
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Theory, Row("UI-08")]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("%2f%2fevil.example")]
    [InlineData("/account/../../evil")]
    [InlineData("javascript:alert(1)")]
    public async Task The_return_target_stays_on_the_server(string target)
    {
        using var browser = new TestBrowser(_server);
        using var answer = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in?returnUrl=" + Uri.EscapeDataString(target)));
        Assert.Equal("/account", answer.Headers.Location!.OriginalString);
    }

    [Fact, Row("UI-09")]
    public async Task An_unknown_person_and_a_wrong_password_look_the_same()
    {
        using var browser = new TestBrowser(_server);
        using var byQuery = await browser.GetAsync(
            $"/account/sign-in?email={TestData.Email}&password={TestData.Password}");
        Assert.DoesNotContain(browser.Cookies.Keys, name => name.Contains("session", StringComparison.Ordinal));
        var texts = new List<string>();
        foreach (var email in (string[])["nobody@example.com", TestData.Email])
        {
            using var answer = await browser.TypePasswordAsync(
                await browser.GetAsync("/account/sign-in"), email, "wrong-demo-password");
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            texts.Add(SteadyAnswer.OfPage(html).Replace(email, "", StringComparison.Ordinal));
        }

        Assert.Equal(texts[0], texts[1]);
    }

    [Fact, Row("UI-10"), Row("UI-11")]
    public async Task Consent_names_what_is_asked_and_is_asked_again_only_for_more()
    {
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET name = '<img src=x onerror=alert(1)>' WHERE client_id = 'other-web'");
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var ask = AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri);
        using var page = await browser.GetAsync(ask.Path);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        foreach (var text in (string[])[
            "&lt;img src=x", "other.example", "See your notes", "value=\"deny\"", "value=\"allow\"",
        ])
        {
            Assert.Contains(text, html, StringComparison.Ordinal);
        }

        using (await browser.DecideAsync(page, "allow")) { }
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(ask.Path)).StatusCode);
        using var more = await browser.GetAsync(ask.With("scope", "read write").Path);
        Assert.Contains(
            "Write your notes",
            await more.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var native = AuthorizationAsk.For(TestData.Native, "http://127.0.0.1:51004/cb");
        for (var i = 0; i < 2; i++)
        {
            using var each = await browser.GetAsync(native.Path);
            Assert.Equal(HttpStatusCode.OK, each.StatusCode);
            using (await browser.DecideAsync(each, "allow")) { }
        }
    }

    [Fact, Row("UI-12")]
    public async Task A_withdrawn_grant_is_over_and_is_asked_for_again()
    {
        using var browser = new TestBrowser(_server);
        var tokens = await _server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var form = await TestBrowser.FormAsync(
            await browser.GetAsync("/account/connections"), "/account/connections/withdraw");
        using (await browser.PostAsync(form.Action, form.Fields)) { }
        Assert.Equal("invalid_grant", (await _server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.True(await _server.IsRevokedAsync(tokens.AccessToken!));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(new AuthorizationAsk().Path)).StatusCode);
    }
}
