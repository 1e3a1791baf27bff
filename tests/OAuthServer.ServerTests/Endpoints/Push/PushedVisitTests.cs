using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Push;

/// <summary>What becomes of a pushed request when somebody comes with its reference (RFC 9126 §4).</summary>
public sealed class PushedVisitTests(OwnServer own) : IClassFixture<OwnServer>, IAsyncLifetime
{
    private const int Racers = 50;

    private readonly TestServer _server = own.Server;

    public async ValueTask InitializeAsync() => await People.StartAnewAsync(_server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Row("PAR-05")]
    public async Task The_reference_is_enough()
    {
        var uri = await PushAsync(new AuthorizationAsk().With("scope", "read write"));
        using var browser = new TestBrowser(_server);

        var answer = Expect.Code(await browser.VisitAsync(uri), TestData.WebRedirectUri);

        Assert.Equal("read write", (await _server.RedeemAsync(answer.Code)).IsTokens().Scope);
    }

    [Theory, Row("PAR-05")]
    [InlineData("scope", "write")]
    [InlineData("scope", "no-such-scope")]
    [InlineData("redirect_uri", "https://evil.example/cb")]
    [InlineData("response_type", "token")]
    [InlineData("state", "of the query")]
    [InlineData("code_challenge", "x")]
    [InlineData("prompt", "none")]
    [InlineData("request", "e30.e30.")]
    public async Task Whatever_stands_beside_the_reference_is_not_looked_at(string name, string value)
    {
        var uri = await PushAsync(new AuthorizationAsk());
        using var browser = new TestBrowser(_server);

        var answer = await browser.AuthorizeAsync(Pushing.Asking(uri).With(name, value));

        Expect.Code(answer, TestData.WebRedirectUri);
        Assert.Equal("read", (await _server.RedeemAsync(answer.Code)).IsTokens().Scope);
    }

    [Fact, Row("PAR-05")]
    public async Task A_state_of_the_query_is_not_that_of_a_request_without_one()
    {
        var uri = await PushAsync(new AuthorizationAsk().With("state", null));
        using var browser = new TestBrowser(_server);

        var answer = await browser.AuthorizeAsync(Pushing.Asking(uri).With("state", "s-2"));

        Expect.Code(answer, TestData.WebRedirectUri, null);
    }

    [Theory, Row("PAR-06"), Row("PAR-10")]
    [InlineData("another client")]
    [InlineData("a client that is none")]
    [InlineData("a control character")]
    [InlineData("too late")]
    [InlineData("a random reference")]
    [InlineData("no reference at all")]
    [InlineData("another case")]
    public async Task A_reference_that_leads_nowhere_is_a_page_before_anybody_is_asked_for_anything(string what)
    {
        var uri = await PushAsync(new AuthorizationAsk());
        var client = TestData.Web;
        if (what == "another client") client = TestData.OtherWeb;
        if (what == "a client that is none") client = "nobody";
        if (what == "a control character") client = "demo-web%00";
        if (what == "too late") await own.Database.AgeAsync(TimeSpan.FromSeconds(91));
        if (what == "a random reference") uri = uri[..^8] + "AAAAAAAA";
        if (what == "no reference at all") uri = "urn:ietf:params:oauth:request_uri:";
        if (what == "another case") uri = "urn:ietf:params:oauth:request_uri:" + uri.Split(':')[^1].ToUpperInvariant();
        using var browser = new TestBrowser(_server);

        await Expect.PageAsync(browser, Pushing.Visit(uri, client), "invalid_request_uri");

        Assert.DoesNotContain(browser.SetCookies, cookie => cookie.Contains("session", StringComparison.Ordinal));
    }

    [Theory, Row("PAR-06")]
    [InlineData("/oauth/authorize?request_uri={0}")]
    [InlineData("/oauth/authorize?client_id=&request_uri={0}")]
    [InlineData("/oauth/authorize?client_id=demo-web&client_id=demo-web&request_uri={0}")]
    [InlineData("/oauth/authorize?client_id=demo-web&request_uri={0}&request_uri={0}")]
    public async Task Without_one_client_and_one_reference_it_is_no_request(string path)
    {
        var uri = Uri.EscapeDataString(await PushAsync(new AuthorizationAsk()));
        using var browser = new TestBrowser(_server);

        await Expect.PageAsync(browser, string.Format(null, path, uri), "invalid_request");
    }

    [Fact, Row("PAR-07")]
    public async Task A_page_can_be_loaded_again_until_the_request_is_answered()
    {
        var uri = await PushAsync(new AuthorizationAsk());
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        for (var load = 0; load < 3; load++)
        {
            using var page = await browser.GetAsync(Pushing.Visit(uri));
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        Expect.Code(await browser.VisitAsync(uri), TestData.WebRedirectUri);

        await Expect.PageAsync(browser, Pushing.Visit(uri), "invalid_request_uri");
    }

    [Theory, Row("PAR-07")]
    [InlineData("denial")]
    [InlineData("cancel")]
    [InlineData("remembered consent")]
    [InlineData("nobody signed in, and no page asked for")]
    public async Task Any_answer_to_the_client_uses_it_up(string how)
    {
        using var browser = new TestBrowser(_server);
        var ask = new AuthorizationAsk();
        if (how == "remembered consent") await browser.AuthorizeAsync(ask);
        if (how == "nobody signed in, and no page asked for") ask = ask.With("prompt", "none");
        var uri = await PushAsync(ask);
        var answer = how == "cancel"
            ? await LocationAsync(
                browser, Pushing.Visit(uri).Replace("authorize", "authorize/cancel", StringComparison.Ordinal))
            : await browser.AuthorizeAsync(Pushing.Asking(uri), decision: "deny");

        var error = how switch
        {
            "remembered consent" => null,
            "nobody signed in, and no page asked for" => "login_required",
            _ => "access_denied",
        };
        Assert.Equal(error, answer.Error);
        await Expect.PageAsync(browser, Pushing.Visit(uri), "invalid_request_uri");
    }

    [Fact, Row("PAR-09")]
    public async Task From_the_first_visit_on_the_person_has_time()
    {
        var uri = await PushAsync(new AuthorizationAsk());
        await own.Database.AgeAsync(TimeSpan.FromSeconds(80));
        using var browser = new TestBrowser(_server);
        using var first = await browser.GetAsync(Pushing.Visit(uri));
        using var signIn = await browser.GetAsync(first.Headers.Location!.OriginalString);
        await own.Database.AgeAsync(TimeSpan.FromMinutes(50));

        using var signedIn = await browser.TypePasswordAsync(signIn);
        using var consent = await browser.GetAsync(signedIn.Headers.Location!.OriginalString);
        using var allowed = await browser.DecideAsync(consent, "allow");

        Expect.Code(new AuthorizationAnswer(allowed.Headers.Location!.OriginalString), TestData.WebRedirectUri);
    }

    [Fact, Row("PAR-09")]
    public async Task One_visit_is_enough_for_it()
    {
        var uri = await PushAsync(new AuthorizationAsk());
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        using var first = await browser.GetAsync(Pushing.Visit(uri));
        await own.Database.AgeAsync(TimeSpan.FromMinutes(50));

        using var allowed = await browser.DecideAsync(first, "allow");

        Expect.Code(new AuthorizationAnswer(allowed.Headers.Location!.OriginalString), TestData.WebRedirectUri);
    }

    [Fact, Row("PAR-09")]
    public async Task And_not_for_ever()
    {
        var uri = await PushAsync(new AuthorizationAsk());
        using var browser = new TestBrowser(_server);
        using var first = await browser.GetAsync(Pushing.Visit(uri));
        await own.Database.AgeAsync(TimeSpan.FromMinutes(61));

        await Expect.PageAsync(browser, Pushing.Visit(uri), "invalid_request_uri");
    }

    [Theory]
    [InlineData("login")]
    [InlineData("select_account")]
    [InlineData("login consent")]
    public async Task A_prompt_is_asked_once_and_the_query_cannot_take_it_away(string prompt)
    {
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        var uri = await PushAsync(new AuthorizationAsk().With("prompt", prompt));

        using var first = await browser.GetAsync(Pushing.Visit(uri) + "&interaction=true&prompt=none");
        Assert.StartsWith("/account/sign-in", first.Headers.Location!.OriginalString, StringComparison.Ordinal);
        // A session tells when it began in whole seconds.
        var began = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await Eventually.BecomesTrue(
            () => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds() > began),
            TimeSpan.FromSeconds(5),
            "the next second");
        Expect.Code(await browser.VisitAsync(uri), TestData.WebRedirectUri);
    }

    [Fact]
    public async Task The_second_click_on_Allow_gets_the_first_answer()
    {
        var uri = await PushAsync(new AuthorizationAsk());
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync();
        using var page = await browser.GetAsync(Pushing.Visit(uri));
        var form = await TestBrowser.FormAsync(page, "/oauth/authorize/consent");
        form.Fields["decision"] = "allow";

        var answers = new List<string>();
        for (var click = 0; click < 3; click++)
        {
            using var answer = await browser.PostAsync(form.Action, form.Fields);
            answers.Add(answer.Headers.Location!.OriginalString);
        }

        Expect.Code(new AuthorizationAnswer(Assert.Single(answers.Distinct())), TestData.WebRedirectUri);
    }

    [Fact, Row("PAR-11")]
    public async Task Of_fifty_forms_of_one_request_answered_at_once_on_two_instances_one_gets_the_code()
    {
        await using var second = await TestServer.StartAsync(new() { Database = own.Database });
        for (var round = 0; round < Effort.Rounds(2); round++)
        {
            await People.StartAnewAsync(_server);
            var uri = await PushAsync(new AuthorizationAsk());
            using var browser = new TestBrowser(_server);
            await browser.SignInAsync();
            var forms = await Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => ShownAsync(browser, uri)));
            var before = await CodesAsync();

            var answers = await Task.WhenAll(forms.Select(
                (form, racer) => browser.PostAsync(On(racer % 2 == 0 ? _server : second, form.Action), form.Fields)));

            var code = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
            Expect.Code(new AuthorizationAnswer(code.Headers.Location!.OriginalString), TestData.WebRedirectUri);
            foreach (var late in answers.Where(answer => answer != code))
                await Expect.PageAsync(late, "invalid_request_uri");
            Assert.Equal(before + 1, await CodesAsync());
            Array.ForEach(answers, answer => answer.Dispose());
        }
    }

    [Fact]
    public async Task Fifty_visits_at_once_on_two_instances_with_remembered_consent_make_one_code()
    {
        await using var second = await TestServer.StartAsync(new() { Database = own.Database });
        using var browser = new TestBrowser(_server);
        await browser.AuthorizeAsync(new AuthorizationAsk());
        for (var round = 0; round < Effort.Rounds(2); round++)
        {
            var uri = await PushAsync(new AuthorizationAsk());
            var before = await CodesAsync();

            var answers = await Task.WhenAll(Enumerable.Range(0, Racers).Select(
                racer => browser.GetAsync(On(racer % 2 == 0 ? _server : second, Pushing.Visit(uri)))));

            var code = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
            Expect.Code(new AuthorizationAnswer(code.Headers.Location!.OriginalString), TestData.WebRedirectUri);
            // Who came while the first was under way may be asked once more; there is no second code for it.
            foreach (var late in answers.Where(answer => answer != code && answer.StatusCode != HttpStatusCode.OK))
                await Expect.PageAsync(late, "invalid_request_uri");
            Assert.Equal(before + 1, await CodesAsync());
            Array.ForEach(answers, answer => answer.Dispose());
        }
    }

    [Fact]
    public async Task A_request_without_a_scope_means_the_defaults_of_when_it_was_pushed()
    {
        const string client = "changing-defaults";
        await own.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes)
            VALUES ($1, $2, $1, '{https://c.example/cb}', '{read,write}', '{read}')
            """,
            client, TestData.SecretHash);
        var ask = AuthorizationAsk.For(client, "https://c.example/cb").With("scope", null);
        var uri = await PushAsync(ask);
        await own.Database.ExecuteAsync(
            "UPDATE oauth_clients SET default_scopes = '{write}' WHERE client_id = $1", client);
        using var browser = new TestBrowser(_server);
        await Eventually.BecomesTrue(
            async () => (await ScopeAsync(browser, await PushAsync(ask))) == "write",
            TimeSpan.FromSeconds(15),
            "the change is heard of");

        Assert.Equal("read", await ScopeAsync(browser, uri));

        async Task<string?> ScopeAsync(TestBrowser person, string reference) =>
            (await _server.RedeemAsync(
                (await person.VisitAsync(reference, client)).Code!, client, "https://c.example/cb")).IsTokens().Scope;
    }

    [Fact, Row("PAR-08")]
    public async Task A_client_that_pushes_everything_has_plain_requests_refused()
    {
        await own.Database.ExecuteAsync(
            "UPDATE oauth_clients SET require_pushed_authorization_requests = true WHERE client_id = $1",
            TestData.OtherWeb);
        var ask = AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri).With("scope", "read");
        using var browser = new TestBrowser(_server);
        await Eventually.BecomesTrue(
            async () =>
            {
                using var answer = await browser.GetAsync(ask.Path);
                return answer.Headers.Location!.OriginalString.Contains(
                    "error=invalid_request", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(10),
            "the change is heard of");

        using var plain = await browser.GetAsync(ask.Path);
        Expect.Redirect(plain, "invalid_request", ask);
        var uri = await PushAsync(ask);
        Expect.Code(await browser.VisitAsync(uri, TestData.OtherWeb), TestData.OtherWebRedirectUri);
    }

    [Fact, Row("PAR-08")]
    public async Task A_server_can_ask_it_of_everybody_and_says_so()
    {
        await using var strict = await TestServer.StartAsync(new()
        {
            Database = own.Database,
            Settings = new Dictionary<string, string?>
            {
                ["OAuth:RequirePushedAuthorizationRequests"] = "true",
                ["OAuth:PushedRequestLifetime"] = "00:00:30",
            },
        });
        using var browser = new TestBrowser(strict);
        using var plain = await browser.GetAsync(new AuthorizationAsk().Path);

        Expect.Redirect(plain, "invalid_request", new AuthorizationAsk());
        var reply = await strict.PushAsync(new AuthorizationAsk());
        Assert.Equal(30, reply.Json!.Value.GetProperty("expires_in").GetInt64());
        Expect.Code(await browser.VisitAsync(reply.RequestUri()), TestData.WebRedirectUri);
        Assert.True(await MetadataAsync(strict, "require_pushed_authorization_requests"));
        Assert.False(await MetadataAsync(_server, "require_pushed_authorization_requests"));
    }

    private static async Task<bool> MetadataAsync(TestServer server, string flag)
    {
        using var answer = await server.Http.GetAsync(
            new Uri("/.well-known/oauth-authorization-server", UriKind.Relative),
            TestContext.Current.CancellationToken);
        var json = (await Reply.ReadAsync(answer)).Json!.Value;
        Assert.Equal(
            TestServer.Issuer + "/oauth/par", json.GetProperty("pushed_authorization_request_endpoint").GetString());
        return json.TryGetProperty(flag, out var value) && value.GetBoolean();
    }

    private static async Task<AuthorizationAnswer> LocationAsync(TestBrowser browser, string path)
    {
        using var answer = await browser.GetAsync(path);
        return new AuthorizationAnswer(answer.Headers.Location!.OriginalString);
    }

    private Task<long> CodesAsync() => own.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_authorization_codes");

    private static string On(TestServer server, string path) => new Uri(server.Address, path).AbsoluteUri;

    private static async Task<TestForm> ShownAsync(TestBrowser browser, string uri)
    {
        using var page = await browser.GetAsync(Pushing.Visit(uri));
        var form = await TestBrowser.FormAsync(page, "/oauth/authorize/consent");
        form.Fields["decision"] = "allow";
        return form;
    }

    private async Task<string> PushAsync(AuthorizationAsk ask) => (await _server.PushAsync(ask)).RequestUri();
}
