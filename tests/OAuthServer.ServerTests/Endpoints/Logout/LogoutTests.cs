using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>Sign-out that an app asks for (OpenID Connect RP-Initiated Logout).</summary>
public sealed class LogoutTests(SignOutApps apps) : IClassFixture<SignOutApps>, IAsyncLifetime
{
    private const string Asked = "Sign out?";
    private const string Done = "You are signed out";

    private string _app = "";
    private string _email = "";
    private Guid _person;
    private TestBrowser _browser = null!;
    private string _hint = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = $"app-{Guid.NewGuid():N}";
        await apps.AddAppAsync(_app);
        (_person, _email) = await apps.AddPersonAsync();
        _browser = await apps.SignInAsync(_email);
        _hint = (await apps.OpenAsync(_browser, _app)).RawIdToken();
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Row("OIDC-17")]
    public async Task A_hint_of_this_session_ends_it_and_leads_to_the_app_with_its_state()
    {
        using var answer = await AskAsync(
            ("id_token_hint", _hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "a b&c"));
        answer.IsSentTo(SignOutApps.AfterLogout + "?state=a%20b%26c");
        Assert.False(await _browser.IsSignedInAsync());
        Assert.Equal("app", await apps.Database.ScalarAsync<string>(
            "SELECT ended_by FROM account_sessions WHERE user_id = $1", _person));
        Assert.Equal(
            1,
            await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'sign_out' AND pseudonym = pseudonym_of($1) "
                    + "AND client_id = $2",
                _person,
                _app));

        // Neither a hint that is none, nor a place that nobody registered, nor nothing at all leads anywhere.
        using var again = await apps.SignInAsync(_email);
        foreach (var parameters in new (string, string?)[][]
                 {
                     [
                         ("id_token_hint", _hint + "x"),
                         ("post_logout_redirect_uri", SignOutApps.AfterLogout),
                         ("client_id", _app),
                     ],
                     [("id_token_hint", "x"), ("post_logout_redirect_uri", "https://evil.example/")],
                     [
                         ("id_token_hint", _hint),
                         ("client_id", "openid-web"),
                         ("post_logout_redirect_uri", SignOutApps.AfterLogout),
                     ],
                     [],
                 })
        {
            using var asked = await again.GetAsync(LogoutPages.Ask(parameters));
            await asked.PageAsync(Asked);
            Assert.True(await again.IsSignedInAsync());
        }
    }

    [Fact]
    public async Task State_and_place_are_optional_and_state_alone_says_nothing()
    {
        using (var answer = await AskAsync(
            ("id_token_hint", _hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout)))
        {
            answer.IsSentTo(SignOutApps.AfterLogout);
        }

        using var again = await apps.SignInAsync(_email);
        using (var asked = await again.GetAsync(LogoutPages.Ask([("state", "s")]))) await asked.PageAsync(Asked);
        using var ended = await again.GetAsync(LogoutPages.Ask([("id_token_hint", _hint), ("state", "s")]));
        await ended.PageAsync(Done);
        Assert.False(await again.IsSignedInAsync());
    }

    /// <summary>A form on an app's page brings no cookie of ours; the GET that it leads to does.</summary>
    [Fact]
    [Row("OIDC-17")]
    public async Task A_form_of_the_app_ends_the_session_too()
    {
        var fields = new Dictionary<string, string>
        {
            ["id_token_hint"] = _hint,
            ["post_logout_redirect_uri"] = SignOutApps.AfterLogout,
            ["state"] = "s",
        };
        using var foreign = new TestBrowser(apps.Server);
        using var led = await foreign.PostAsync("/oauth/logout", fields);
        Assert.Equal(HttpStatusCode.SeeOther, led.StatusCode);
        var location = led.Headers.Location!.OriginalString;
        Assert.StartsWith("/oauth/logout?", location, StringComparison.Ordinal);
        Assert.True(await _browser.IsSignedInAsync());
        using (var answer = await _browser.GetAsync(location)) answer.IsSentTo(SignOutApps.AfterLogout + "?state=s");
        Assert.False(await _browser.IsSignedInAsync());

        // With its cookie, as from a page of the same site, it is done at once.
        using var again = await apps.SignInAsync(_email);
        fields["id_token_hint"] = (await apps.OpenAsync(again, _app)).RawIdToken();
        using (var answer = await again.PostAsync("/oauth/logout", fields))
            answer.IsSentTo(SignOutApps.AfterLogout + "?state=s");
        Assert.False(await again.IsSignedInAsync());
    }

    [Fact]
    [Row("OIDC-17")]
    public async Task Nobody_signed_in_is_sent_on_by_a_hint_alone()
    {
        using var nobody = new TestBrowser(apps.Server);
        using (var answer = await nobody.GetAsync(
            LogoutPages.Ask(
                ("id_token_hint", _hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s"))))
        {
            answer.IsSentTo(SignOutApps.AfterLogout + "?state=s");
        }

        using (var answer = await nobody.GetAsync(
            LogoutPages.Ask(
                ("client_id", _app), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s"))))
        {
            Assert.Contains(
                $"href=\"{SignOutApps.AfterLogout}?state=s\"", await answer.PageAsync(Done), StringComparison.Ordinal);
        }

        foreach (var parameters in new (string, string?)[][]
        {
            [],
            [("id_token_hint", _hint)],
            [("id_token_hint", _hint), ("post_logout_redirect_uri", "https://evil.example/")],
        })
        {
            using var answer = await nobody.GetAsync(LogoutPages.Ask(parameters));
            Assert.DoesNotContain("evil", await answer.PageAsync(Done), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Row("LOGOUT-01")]
    public async Task An_expired_hint_and_one_of_an_earlier_session_are_good_hints()
    {
        var session = await apps.Database.ScalarAsync<Guid>(
            "SELECT id FROM account_sessions WHERE user_id = $1", _person);
        var expired = apps.Server.Sign("JWT", new()
        {
            ["iss"] = TestServer.Issuer,
            ["sub"] = _person.ToString(),
            ["aud"] = _app,
            ["sid"] = session.ToString(),
            ["iat"] = 1_600_000_000,
            ["exp"] = 1_600_000_900,
        });
        using (var answer = await AskAsync(
            ("id_token_hint", expired), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s")))
        {
            answer.IsSentTo(SignOutApps.AfterLogout + "?state=s");
        }

        Assert.False(await _browser.IsSignedInAsync());

        await _browser.SignInAsync(_email);
        Assert.True(await _browser.IsSignedInAsync());
        using (var answer = await AskAsync(
            ("id_token_hint", _hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s")))
        {
            answer.IsSentTo(SignOutApps.AfterLogout + "?state=s");
        }

        Assert.False(await _browser.IsSignedInAsync());
    }

    [Fact]
    [Row("LOGOUT-02")]
    public async Task The_hint_of_somebody_else_or_of_another_live_session_asks_first_and_never_redirects()
    {
        var (_, otherEmail) = await apps.AddPersonAsync();
        using var stranger = await apps.SignInAsync(otherEmail);
        var foreign = (await apps.OpenAsync(stranger, _app)).RawIdToken();
        foreach (var hint in new[] { foreign, _hint })
        {
            using var browser = await apps.SignInAsync(_email);
            using var asked = await browser.GetAsync(
                LogoutPages.Ask(
                    ("id_token_hint", hint), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s")));
            var page = await asked.PageAsync(Asked);
            Assert.Contains(_email, page, StringComparison.Ordinal);
            Assert.DoesNotContain(otherEmail, page, StringComparison.Ordinal);
            Assert.True(await browser.IsSignedInAsync());
            var form = await TestBrowser.FormAsync(asked, "/oauth/logout/confirm");

            using var answer = await browser.PostAsync(form.Action, form.Fields);

            await answer.PageAsync(Done);
            Assert.False(await browser.IsSignedInAsync());
            Assert.True(await _browser.IsSignedInAsync() && await stranger.IsSignedInAsync());
        }
    }

    [Fact]
    [Row("LOGOUT-03")]
    public async Task Without_a_hint_there_is_a_question_and_a_link_and_no_redirect()
    {
        (string, string?)[] parameters =
        [
            ("client_id", _app), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", "s&\""),
        ];
        using var asked = await AskAsync(parameters);
        Assert.Contains(
            $"<bdi class=\"name\">App {_app}</bdi> asks to sign you out. You are signed in as ",
            await asked.PageAsync(Asked),
            StringComparison.Ordinal);

        // Whatever another site sends ends nothing: a link, a form with the cookie, a form without one, a forged
        // answer.
        using (var posted = await _browser.PostAsync(
            "/oauth/logout", parameters.ToDictionary(p => p.Item1, p => p.Item2!))) await posted.PageAsync(Asked);
        using (var foreign = new TestBrowser(apps.Server))
        using (var posted = await foreign.PostAsync(
            "/oauth/logout", parameters.ToDictionary(p => p.Item1, p => p.Item2!)))
        {
            Assert.StartsWith("/oauth/logout?", posted.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        var form = await TestBrowser.FormAsync(asked, "/oauth/logout/confirm");
        foreach (var token in new[] { null, "", "x" })
        {
            var forged = new Dictionary<string, string>(form.Fields);
            forged.Remove("antiforgery");
            if (token is not null) forged["antiforgery"] = token;
            using var refused = await _browser.PostAsync(form.Action, forged);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.True(await _browser.IsSignedInAsync());
        using var answer = await _browser.PostAsync(form.Action, form.Fields);
        var page = await answer.PageAsync(Done);
        Assert.Contains($"href=\"{SignOutApps.AfterLogout}?state=s%26%22\"", page, StringComparison.Ordinal);
        Assert.False(await _browser.IsSignedInAsync());
        // The answer once more, by Reload: the same page.
        using var reloaded = await _browser.PostAsync(form.Action, form.Fields);
        await reloaded.PageAsync(Done);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("s", "?state=s")]
    public async Task The_link_back_has_the_state_that_was_sent_and_no_other(string? state, string query)
    {
        (string, string?)[] parameters =
        [
            ("client_id", _app), ("post_logout_redirect_uri", SignOutApps.AfterLogout), ("state", state),
        ];
        using var asked = await AskAsync(state is null ? parameters[..2] : parameters);
        var form = await TestBrowser.FormAsync(asked, "/oauth/logout/confirm");

        using var answer = await _browser.PostAsync(form.Action, form.Fields);

        Assert.Contains(
            $"href=\"{SignOutApps.AfterLogout}{query}\"", await answer.PageAsync(Done), StringComparison.Ordinal);
    }

    [Theory]
    [Row("LOGOUT-04")]
    [InlineData("https://rp.example/bye/")]
    [InlineData("https://rp.example/Bye")]
    [InlineData("https://rp.example/bye?x=1")]
    [InlineData("https://rp.example/bye#x")]
    [InlineData("https://rp.example:443/bye")]
    [InlineData("https://RP.example/bye")]
    [InlineData("http://rp.example/bye")]
    [InlineData("https://rp.example/./bye")]
    [InlineData("https://rp.example/bye/../bye")]
    [InlineData("https://rp.example/%62ye")]
    [InlineData("https://rp.example//bye")]
    [InlineData("https://rp.example.evil.example/bye")]
    [InlineData("https://rp.example@evil.example/bye")]
    [InlineData("https://evil.example/bye")]
    [InlineData("//rp.example/bye")]
    [InlineData(" https://rp.example/bye")]
    [InlineData("https://rp.example/bye ")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://rp.example/cb")]
    [InlineData("https://other-app.example/bye")]
    public async Task What_differs_in_a_character_leads_nowhere(string uri)
    {
        await apps.Database.ExecuteAsync("""
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes,
                post_logout_redirect_uris)
            VALUES ('other-app', $1, 'Other', '{https://other-app.example/cb}', '{openid}',
                '{https://other-app.example/bye}') ON CONFLICT DO NOTHING
            """, TestData.SecretHash);
        using var answer = await AskAsync(("id_token_hint", _hint), ("post_logout_redirect_uri", uri), ("state", "s"));
        var page = await answer.PageAsync(Done);
        Assert.DoesNotContain("bye", page, StringComparison.OrdinalIgnoreCase);
        Assert.False(await _browser.IsSignedInAsync());
    }

    [Fact]
    [Row("LOGOUT-13")]
    public async Task Support_is_advertised_as_it_is()
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration" })
        {
            var document = JsonDocument.Parse(
                await apps.Server.Http.GetStringAsync(new Uri(path, UriKind.Relative), Ct)).RootElement;
            Assert.Equal(TestServer.Issuer + "/oauth/logout", document.GetProperty("end_session_endpoint").GetString());
            Assert.True(document.GetProperty("backchannel_logout_supported").GetBoolean());
            Assert.True(document.GetProperty("backchannel_logout_session_supported").GetBoolean());
            Assert.DoesNotContain(
                document.EnumerateObject(),
                member => member.Name.StartsWith("frontchannel_logout", StringComparison.Ordinal)
                    || member.Name == "check_session_iframe");
        }
    }

    [Theory]
    [InlineData("client_id=a&client_id=b")]
    [InlineData("id_token_hint=%ff")]
    [InlineData("state=a%00b")]
    public async Task What_cannot_be_read_is_said_so(string query)
    {
        using var got = await _browser.GetAsync("/oauth/logout?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, got.StatusCode);
        using var posted = await _browser.PostAsync("/oauth/logout/confirm?" + query, []);
        Assert.Equal(HttpStatusCode.BadRequest, posted.StatusCode);
        Assert.True(await _browser.IsSignedInAsync());
    }

    private Task<HttpResponseMessage> AskAsync(params (string Name, string? Value)[] parameters) =>
        _browser.GetAsync(LogoutPages.Ask(parameters));
}
