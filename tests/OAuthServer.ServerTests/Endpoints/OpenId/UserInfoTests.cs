using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>The userinfo endpoint (OpenID Connect Core §5.3).</summary>
[Collection(SharedServer.Name)]
public sealed class UserInfoTests(SharedServer flow)
{
    private const string Profile = "birthdate family_name given_name locale name nickname picture preferred_username "
        + "updated_at website zoneinfo";

    [Fact, Row("OIDC-10")]
    public async Task It_tells_an_app_of_the_person_who_let_it_know()
    {
        var tokens = await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For("openid read"));
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var reply = await flow.Server.UserInfoAsync(tokens.AccessToken, method);
            Assert.Equal((HttpStatusCode.OK, "application/json"), (reply.Status, reply.ContentType));
            Assert.True(reply.Headers.CacheControl!.NoStore);
            Assert.Equal(tokens.IdToken()!.Subject, reply.Json!.Value.GetProperty("sub").GetString());
        }

        AssertMissing(await flow.Server.UserInfoAsync(null));
        AssertMissing(await SendAsync(HttpMethod.Get, "Basic b3BlbmlkLXdlYjp4"));

        var plain = await flow.TokensAsync();
        AssertRefused(
            await flow.Server.UserInfoAsync(plain.AccessToken), HttpStatusCode.Forbidden, "insufficient_scope");
        await flow.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes,
                grant_types)
            VALUES ('userinfo-service', $1, 'Service', '{}', '{read,openid}', '{read}', '{client_credentials}')
                ON CONFLICT DO NOTHING
            """,
            TestData.SecretHash);
        var service = await flow.Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "client_credentials"),
            ("client_id", "userinfo-service"),
            ("client_secret", TestData.Secret));
        AssertRefused(
            await flow.Server.UserInfoAsync(service.AccessToken), HttpStatusCode.Forbidden, "insufficient_scope");
        foreach (var resource in (string?[])[null, TestServer.Issuer + "/oauth/userinfo"])
        {
            (await flow.Server.PostFormAsync(
                "/oauth/token", ("grant_type", "client_credentials"), ("scope", "openid"), ("resource", resource),
                ("client_id", "userinfo-service"), ("client_secret", TestData.Secret))).IsError("invalid_scope");
        }
    }

    [Fact]
    public async Task A_token_counts_in_the_header_alone_and_once()
    {
        var token = (await flow.Browser.TokensAsync(flow.Server)).AccessToken!;
        var query = $"/oauth/userinfo?access_token={token}";
        AssertMissing(await SendAsync(HttpMethod.Get, null, query));
        AssertMissing(await SendAsync(HttpMethod.Post, null, body: $"access_token={token}"));
        AssertRefused(
            await SendAsync(HttpMethod.Get, $"Bearer {token}", query), HttpStatusCode.BadRequest, "invalid_request");
        AssertRefused(
            await SendAsync(HttpMethod.Post, $"Bearer {token}", body: $"access_token={token}"),
            HttpStatusCode.BadRequest,
            "invalid_request");
        foreach (var malformed in (string[])["Bearer", "Bearer a b", "Bearer a,b"])
            AssertRefused(await SendAsync(HttpMethod.Get, malformed), HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"bearer {token}", body: "a=b")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Post, $"BEARER {token}", body: "%zz")).Status);
        foreach (var method in (HttpMethod[])[HttpMethod.Put, HttpMethod.Delete])
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await SendAsync(method, $"Bearer {token}")).Status);
    }

    [Fact]
    public async Task What_is_no_live_access_token_of_ours_says_nothing()
    {
        var tokens = await flow.Browser.TokensAsync(flow.Server);
        var parts = tokens.AccessToken!.Split('.');
        foreach (var bad in (string[])[
            "abc", $"{parts[0]}.{parts[1]}.{parts[2][..^8]}AAAAAAAA", tokens.RawIdToken(), tokens.RefreshToken!,
        ])
        {
            AssertRefused(await flow.Server.UserInfoAsync(bad), HttpStatusCode.Unauthorized, "invalid_token");
        }

        (await flow.Server.RevokeAsync(tokens.AccessToken, OpenIdAsks.Client)).IsDone();
        AssertRefused(
            await flow.Server.UserInfoAsync(tokens.AccessToken), HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Theory, Row("OIDC-11")]
    [InlineData("openid", "")]
    [InlineData("openid profile", Profile)]
    [InlineData("openid email", "email email_verified")]
    [InlineData("openid phone", "phone_number phone_number_verified")]
    [InlineData("openid address", "address")]
    [InlineData(
        "openid profile email phone address read",
        "address email email_verified phone_number phone_number_verified " + Profile)]
    public async Task A_scope_stands_for_its_claims(string scope, string claims)
    {
        var said = await SaidAsync(scope);

        Assert.Equal(
            string.Join(
                ' ',
                claims.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("sub").Order(StringComparer.Ordinal)),
            string.Join(' ', said.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal)));
        if (said.TryGetProperty("email_verified", out var verified))
            Assert.Equal(JsonValueKind.True, verified.ValueKind);
        if (said.TryGetProperty("phone_number_verified", out verified))
            Assert.Equal(JsonValueKind.True, verified.ValueKind);
        if (said.TryGetProperty("updated_at", out var updated)) Assert.Equal(JsonValueKind.Number, updated.ValueKind);
        if (!said.TryGetProperty("address", out var address)) return;
        Assert.Equal(
            ["country", "locality", "street_address"],
            address.EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal));
        Assert.Equal("4 rue de l'Exemple\n2e étage", address.GetProperty("street_address").GetString());
    }

    [Fact, Row("OIDC-11")]
    public async Task What_is_not_known_is_left_out()
    {
        using var browser = new TestBrowser(flow.Server);
        await browser.SignInAsync(TestData.OtherEmail);
        var tokens = await browser.TokensAsync(flow.Server, OpenIdAsks.For("openid profile email phone address"));

        var said = (await flow.Server.UserInfoAsync(tokens.AccessToken)).Json!.Value;

        Assert.Equal(
            ["email", "email_verified", "sub"],
            said.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
    }

    [Fact, Row("OIDC-12")]
    public async Task Claims_can_be_asked_for_one_by_one()
    {
        var asked =
            """{"userinfo": {"name": {"essential": true}, "middle_name": {"essential": true}, "no_such": null},"""
            + """ "id_token": {"email": null}}""";
        var tokens = (await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For("openid read").With("claims", asked)))
            .IsTokens();
        foreach (var reply in (Reply[])[
            tokens, (await flow.Server.RefreshAsync(tokens.RefreshToken, OpenIdAsks.Client)).IsTokens(),
        ])
        {
            var said = (await flow.Server.UserInfoAsync(reply.AccessToken)).Json!.Value;
            Assert.Equal(
                ["name", "sub"], said.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
            Assert.Equal("Alice Example", said.GetProperty("name").GetString());
            Assert.Equal(TestData.Email, reply.IdToken()!.GetPayloadValue<string>("email"));
            Assert.False(reply.IdToken()!.TryGetPayloadValue<string>("name", out _));
        }

        foreach (var malformed in (string[])[
            "{",
            "[]",
            "\"x\"",
            """{"userinfo": []}""",
            """{"id_token": {"name": 1}}""",
            """{"id_token": {"acr": {"essential": "yes"}}}""",
            """{"userinfo": {}, "userinfo": {}}""",
            """{"userinfo": {"\ud800": null}}""",
            """{"id_token": {"sub": {"value": "\ud800"}}}""",
            """{"id_token": {"acr": {"essential": true, "value": "\ud800"}}}""",
        ])
        {
            Assert.Equal(
                "invalid_request",
                (await flow.Browser.AuthorizeAsync(OpenIdAsks.For().With("claims", malformed))).Error);
        }

        Assert.Contains(
            "\"claims_parameter_supported\":true",
            await flow.Server.Http.GetStringAsync(
                new Uri("/.well-known/openid-configuration", UriKind.Relative), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_is_agreed_to_like_its_scope_and_only_what_the_client_may_have_is_told()
    {
        using var browser = new TestBrowser(flow.Server);
        await flow.Database.ExecuteAsync("DELETE FROM oauth_consents WHERE client_id = $1", OpenIdAsks.CodesClient);
        await browser.SignInAsync(TestData.OtherEmail);
        await browser.AuthorizeAsync(OpenIdAsks.For("openid", OpenIdAsks.CodesClient));
        var asked = OpenIdAsks.For("openid", OpenIdAsks.CodesClient)
            .With("claims", """{"userinfo": {"email": null, "phone_number": null}}""");
        using var page = await browser.GetAsync(asked.Path);
        Assert.Contains(
            "See your e-mail address",
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);

        var said = (await flow.Server.UserInfoAsync(
            (await browser.TokensAsync(flow.Server, asked, OpenIdAsks.CodesClient)).AccessToken)).Json!.Value;

        Assert.Equal(
            ["email", "sub"], said.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
    }

    [Fact, Row("OIDC-20")]
    public async Task Claims_of_the_scopes_come_from_here_unless_a_client_wants_them_in_its_token()
    {
        var ask = OpenIdAsks.For("openid profile email");
        var tokens = (await flow.Browser.TokensAsync(flow.Server, ask)).IsTokens();
        Assert.DoesNotContain(
            tokens.IdToken()!.Claims, claim => claim.Type is "name" or "email" or "locale" or "email_verified");
        Assert.Equal(
            "Alice Example",
            (await flow.Server.UserInfoAsync(tokens.AccessToken)).Json!.Value.GetProperty("name").GetString());

        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET claims_in_id_token = true WHERE client_id = $1", OpenIdAsks.Client);
        try
        {
            Reply both = null!;
            await Eventually.BecomesTrue(
                async () => (both = await flow.Browser.TokensAsync(flow.Server, ask)).IdToken()!
                    .TryGetPayloadValue<string>("name", out _), TimeSpan.FromSeconds(10), "the client has the switch");
            foreach (var reply in (Reply[])[
                both, (await flow.Server.RefreshAsync(both.RefreshToken, OpenIdAsks.Client)).IsTokens(),
            ])
            {
                var token = reply.IdToken()!;
                Assert.Equal(
                    ("Alice Example", TestData.Email),
                    (token.GetPayloadValue<string>("name"), token.GetPayloadValue<string>("email")));
                Assert.True(token.GetPayloadValue<bool>("email_verified"));
                Assert.False(token.TryGetPayloadValue<string>("phone_number", out _));
                Assert.Equal(
                    TestData.Email,
                    (await flow.Server.UserInfoAsync(reply.AccessToken)).Json!.Value.GetProperty("email").GetString());
            }
        }
        finally
        {
            await flow.Database.ExecuteAsync(
                "UPDATE oauth_clients SET claims_in_id_token = false WHERE client_id = $1", OpenIdAsks.Client);
        }
    }

    [Fact, Row("OIDC-21")]
    public async Task An_essential_level_that_nobody_can_reach_is_told()
    {
        var essential = OpenIdAsks.For("openid read")
            .With("claims", """{"id_token": {"acr": {"essential": true, "values": ["gold"]}}}""");
        Assert.Equal("unmet_authentication_requirements", (await flow.Browser.AuthorizeAsync(essential)).Error);
        Assert.Equal(
            "unmet_authentication_requirements",
            (await flow.Browser.AuthorizeAsync(
                essential.With("claims", """{"id_token": {"acr": {"essential": true, "value": "gold"}}}"""))).Error);
        foreach (var claims in (string?[])[
            null,
            """{"id_token": {"acr": {"values": ["gold"]}}}""",
            """{"id_token": {"acr": {"essential": true, "values": ["gold", "1fa"]}}}""",
            """{"id_token": {"acr": {"essential": true}}}""",
        ])
        {
            Assert.NotNull(
                (await flow.Browser.AuthorizeAsync(OpenIdAsks.For("openid read")
                    .With("acr_values", "gold")
                    .With("claims", claims))).Code);
        }
    }

    [Fact]
    public async Task A_script_of_an_app_reads_it_and_no_other()
    {
        var token = (await flow.Browser.TokensAsync(flow.Server)).AccessToken;
        foreach (var (origin, allowed) in ((string, bool)[])[
            ("https://rp.example", true), ("https://evil.example", false),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/oauth/userinfo", UriKind.Relative));
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Authorization", $"Bearer {token}");
            using var response = await flow.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out _));
        }
    }

    private async Task<JsonElement> SaidAsync(string scope) =>
        (await flow.Server.UserInfoAsync(
            (await flow.Browser.TokensAsync(flow.Server, OpenIdAsks.For(scope))).AccessToken)).Json!.Value;

    private async Task<Reply> SendAsync(
        HttpMethod method, string? authorization, string path = "/oauth/userinfo", string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await flow.Server.Http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    private static void AssertMissing(Reply reply)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, "missing_token"), (reply.Status, reply.Error));
        var challenge = Assert.Single(reply.Headers.WwwAuthenticate).ToString();
        Assert.StartsWith(
            $"Bearer realm=\"{TestServer.Issuer}/oauth/userinfo\", "
                + $"resource_metadata=\"{TestServer.Issuer}/.well-known/oauth-protected-resource/oauth/userinfo\"",
            challenge,
            StringComparison.Ordinal);
        Assert.DoesNotContain("error", challenge, StringComparison.Ordinal);
    }

    private static void AssertRefused(Reply reply, HttpStatusCode status, string error)
    {
        Assert.Equal((status, error), (reply.Status, reply.Error));
        Assert.Contains(
            $"error=\"{error}\"", Assert.Single(reply.Headers.WwwAuthenticate).ToString(), StringComparison.Ordinal);
        Assert.True(reply.Headers.CacheControl!.NoStore);
    }
}
