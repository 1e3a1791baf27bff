using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>Scopes of the person (OpenID Connect Core §5.4, §11).</summary>
[Collection(SharedServer.Name)]
public sealed class ScopeTests(SharedServer flow)
{
    [Theory, Row("OIDC-13")]
    [InlineData("consent", "openid offline_access")]
    [InlineData(null, "openid")]
    [InlineData("login", "openid")]
    public async Task Offline_access_takes_a_consent_that_is_asked_for(string? prompt, string granted)
    {
        var reply = (await flow.Browser.TokensAsync(
            flow.Server, OpenIdAsks.For("openid offline_access").With("prompt", prompt))).IsTokens();

        Assert.Equal(granted, reply.Scope);
        Assert.Equal(granted, (await flow.Server.RefreshAsync(reply.RefreshToken, OpenIdAsks.Client)).IsTokens().Scope);
    }

    [Fact, Row("OIDC-13")]
    public async Task A_client_that_cannot_refresh_gets_none()
    {
        var reply = (await flow.Browser.TokensAsync(
            flow.Server,
            OpenIdAsks.For("openid offline_access", OpenIdAsks.CodesClient).With("prompt", "consent"),
            OpenIdAsks.CodesClient)).IsTokens();

        Assert.Equal(("openid", null), (reply.Scope, reply.RefreshToken));
    }

    [Theory, Row("OIDC-15")]
    [InlineData("openid unknown", "openid")]
    [InlineData("openid unknown read", "openid read")]
    [InlineData("unknown openid", "openid")]
    public async Task An_OpenID_request_ignores_what_is_unknown(string asked, string granted) =>
        Assert.Equal(granted, (await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For(asked))).IsTokens().Scope);

    /// <summary>Some libraries repeat at each refresh what they asked for at first.</summary>
    [Theory, Row("OIDC-15")]
    [InlineData("openid unknown", "openid")]
    [InlineData("openid unknown read", "openid read")]
    public async Task So_does_a_refresh_that_repeats_it(string asked, string granted)
    {
        var first = (await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For(asked))).IsTokens();

        var again = (await flow.Server.RefreshAsync(first.RefreshToken, OpenIdAsks.Client, asked)).IsTokens();

        Assert.Equal(granted, again.Scope);
        (await flow.Server.RefreshAsync(again.RefreshToken, OpenIdAsks.Client, "openid email"))
            .IsError("invalid_scope");
    }

    [Theory]
    [InlineData("read unknown", "unknown")]
    [InlineData("read profile", "profile")]
    [InlineData("email", "email")]
    public async Task Any_other_request_is_told_what_it_cannot_have(string asked, string named)
    {
        var answer = await flow.Browser.AuthorizeAsync(OpenIdAsks.For(asked));

        Assert.Equal("invalid_scope", answer.Error);
        Assert.Contains($"The scope {named} ", answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_openid_is_told_so()
    {
        var answer = await flow.Browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "openid read"));

        Assert.Equal("invalid_scope", answer.Error);
        Assert.Contains("The scope openid ", answer["error_description"], StringComparison.Ordinal);
    }

    [Theory, Row("OIDC-24")]
    [InlineData(TestData.Web, TestData.WebRedirectUri, true)]
    [InlineData(OpenIdAsks.Client, OpenIdAsks.RedirectUri, true)]
    [InlineData("codes-only", TestData.WebRedirectUri, false)]
    public async Task Outside_OpenID_Connect_offline_access_harms_nothing(
        string client, string redirectUri, bool refreshes)
    {
        var reply = (await flow.Browser.TokensAsync(
            flow.Server,
            AuthorizationAsk.For(client, redirectUri).With("scope", "read offline_access"),
            client)).IsTokens();

        Assert.Equal(("read", refreshes), (reply.Scope, reply.RefreshToken is not null));
        if (refreshes) (await flow.Server.RefreshAsync(reply.RefreshToken, client, "read offline_access")).IsTokens();
    }

    [Fact]
    public async Task The_page_says_in_plain_words_what_an_app_learns()
    {
        using var browser = new TestBrowser(flow.Server);
        await browser.SignInAsync(TestData.OtherEmail);
        using var page = await browser.GetAsync(
            OpenIdAsks.For("openid profile email phone address offline_access read").With("prompt", "consent").Path);

        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        foreach (var words in (string[])[
            "Your account",
            "See your name, picture",
            "See your e-mail address",
            "See your phone number",
            "See your postal address",
            "Keep its access while you are signed out",
            "See your notes",
        ])
        {
            Assert.Contains(words, html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Consent_to_an_API_is_not_consent_to_be_known()
    {
        using var browser = new TestBrowser(flow.Server);
        await flow.Database.ExecuteAsync("DELETE FROM oauth_consents WHERE client_id = $1", OpenIdAsks.CodesClient);
        await browser.SignInAsync(TestData.OtherEmail);
        Assert.Equal(1, (await Walk.TakeAsync(browser, OpenIdAsks.For("read", OpenIdAsks.CodesClient).Path)).Consents);
        Assert.Equal(
            1, (await Walk.TakeAsync(browser, OpenIdAsks.For("openid read", OpenIdAsks.CodesClient).Path)).Consents);
        Assert.Equal(
            0, (await Walk.TakeAsync(browser, OpenIdAsks.For("openid read", OpenIdAsks.CodesClient).Path)).Consents);
        Assert.Equal(
            1,
            (await Walk.TakeAsync(browser, OpenIdAsks.For("openid email read", OpenIdAsks.CodesClient).Path)).Consents);
        using var page = await browser.GetAsync("/account/connections");
        Assert.Contains(
            "See your e-mail address",
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact, Row("RES-05")]
    public async Task Scopes_of_the_person_stay_whatever_API_the_token_is_for()
    {
        const string other = "https://identity-api.example/v1";
        await flow.Server.AddApiAsync(other, """{"pay": "Pay"}""", OpenIdAsks.Client);
        Reply reply = null!;
        var ask = OpenIdAsks.For("openid email read pay").With("resource", TestServer.Issuer).Adding("resource", other);
        await Eventually.BecomesTrue(
            async () => (await flow.Browser.AuthorizeAsync(ask)) is { Code: { } code }
                && (reply = await TokenAsync(
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("code_verifier", AuthorizationAsk.Verifier),
                    ("resource", TestServer.Issuer))).AccessToken is not null,
            TimeSpan.FromSeconds(10), "the client may have both APIs");
        Assert.Equal("openid email read", reply.Scope);

        var second = (await TokenAsync(
            ("grant_type", "refresh_token"), ("refresh_token", reply.RefreshToken), ("resource", other))).IsTokens();

        Assert.Equal("openid email pay", second.Scope);
        Assert.NotNull(second.IdToken());
        foreach (var token in (string[])[reply.AccessToken!, second.AccessToken!])
            Assert.Equal(
                TestData.Email, (await flow.Server.UserInfoAsync(token)).Json!.Value.GetProperty("email").GetString());
        await flow.Database.ExecuteAsync("DELETE FROM oauth_resources WHERE resource = $1", other);
    }

    [Theory]
    [InlineData(
        "INSERT INTO oauth_resources (resource, name, scopes) VALUES ('https://x.example', 'X', '{\"openid\": \"x\"}')",
        "scope_names_are_not_those_of_openid_connect")]
    [InlineData(
        "INSERT INTO oauth_resources (resource, name, scopes) "
            + "VALUES ('https://x.example', 'X', '{\"read\": \"x\", \"email\": \"x\"}')",
        "scope_names_are_not_those_of_openid_connect")]
    [InlineData(
        "UPDATE oauth_clients SET allowed_scopes = '{read,profile}' WHERE client_id = 'demo-web'",
        "scopes_of_a_person_come_with_openid")]
    [InlineData("UPDATE account_profiles SET name = ''", "profile_texts_have_1_to_500_characters")]
    [InlineData("UPDATE account_profiles SET locality = ' '", "profile_texts_have_1_to_500_characters")]
    [InlineData("UPDATE account_profiles SET name = repeat('x', 501)", "profile_texts_have_1_to_500_characters")]
    [InlineData("UPDATE account_profiles SET name = E'a\\nb'", "profile_texts_have_no_control_characters")]
    [InlineData("UPDATE account_profiles SET picture = 'javascript:alert(1)'", "profile_links_are_https_or_http_urls")]
    [InlineData("UPDATE account_profiles SET birthdate = '28.2.1990'", "birthdate_is_a_date_or_a_year")]
    [InlineData("UPDATE account_profiles SET zoneinfo = 'Paris now'", "zoneinfo_is_a_name_of_a_time_zone")]
    [InlineData("UPDATE account_profiles SET locale = 'French!'", "locale_is_a_language_tag")]
    [InlineData("UPDATE account_profiles SET phone_number = '0140205050'", "phone_number_is_e164")]
    [InlineData("UPDATE account_profiles SET phone_number = NULL", "phone_number_is_there_when_verified")]
    public async Task An_operators_mistake_fails_with_a_reason(string statement, string constraint)
    {
        var failure = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => flow.Database.ExecuteAsync(statement));
        Assert.Equal(constraint, failure.ConstraintName);
    }

    private Task<Reply> TokenAsync(params (string, string?)[] form) =>
        flow.Server.PostFormAsync(
            "/oauth/token", [.. form, ("client_id", OpenIdAsks.Client), ("client_secret", TestData.Secret)]);
}
