using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Clients;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Introspect;

/// <summary>Who may ask whether a token is still good, and what they are told (RFC 7662, RFC 9701).</summary>
public sealed class IntrospectionTests(SignedInServer flow) : IClassFixture<SignedInServer>, IAsyncLifetime
{
    private const string Gateway = "gateway";
    private const string OtherGateway = "other-gateway";

    // A second is what is promised; a machine that runs tests is not what it is promised on. What it is made of, the
    // age of the list and the notification, has tests of its own by the server's clock and by what was heard.
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TestServer Server => flow.Server;

    public async ValueTask InitializeAsync()
    {
        foreach (var client in (string[])[Gateway, OtherGateway])
        {
            await flow.Database.ExecuteAsync(
                """
                INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes,
                    default_scopes, grant_types)
                VALUES ($1, $2, $1, '{}', '{read}', '{read}', '{client_credentials}') ON CONFLICT DO NOTHING
                """,
                client, TestData.SecretHash);
        }

        await flow.Database.ExecuteAsync(
            "UPDATE oauth_resources SET introspection_clients = $1 WHERE is_default", (object)new[] { Gateway });
        await Eventually.BecomesTrue(
            async () => IsActive(await AskAsync(Gateway, await AccessTokenAsync())),
            TimeSpan.FromSeconds(10),
            "the gateway may ask");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact, Row("INTRO-01")]
    public async Task An_API_learns_what_the_token_says_and_nothing_of_itself()
    {
        var token = await AccessTokenAsync();

        var reply = await AskAsync(Gateway, token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Expect.UncacheableJson(reply);
        var (said, jwt) = (reply.Json!.Value, new JsonWebToken(token));
        Assert.Equal(
            [
                "acr",
                "active",
                "aud",
                "auth_time",
                "client_id",
                "exp",
                "iat",
                "iss",
                "jti",
                "scope",
                "sub",
                "token_type",
            ],
            said.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.True(said.GetProperty("active").GetBoolean());
        Assert.Equal("Bearer", said.GetProperty("token_type").GetString());
        foreach (var name in (string[])["scope", "client_id", "sub", "aud", "iss", "jti"])
            Assert.Equal(jwt.GetPayloadValue<string>(name), said.GetProperty(name).GetString());
        foreach (var name in (string[])["exp", "iat"])
            Assert.Equal(jwt.GetPayloadValue<long>(name), said.GetProperty(name).GetInt64());
        Assert.Equal(
            (TestData.Web, TestData.AliceId.ToString()),
            (said.GetProperty("client_id").GetString(), said.GetProperty("sub").GetString()));
    }

    [Theory, Row("INTRO-02")]
    [InlineData("unknown")]
    [InlineData("a.b.c")]
    [InlineData("a used code")]
    [InlineData("an unused code")]
    [InlineData("another issuer's")]
    [InlineData("alg none")]
    [InlineData("an answer of this endpoint")]
    [InlineData("é")]
    public async Task What_is_no_token_of_ours_is_not_active_and_no_more(string what)
    {
        var token = what switch
        {
            "a used code" => await UsedCodeAsync(),
            "an unused code" => await flow.CodeAsync(),
            "another issuer's" => Foreign(await AccessTokenAsync()),
            "alg none" => Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""") + "."
                + (await AccessTokenAsync()).Split('.')[1] + ".",
            "an answer of this endpoint" => (await AskSignedAsync(Gateway, await AccessTokenAsync())).Body,
            _ => what,
        };

        foreach (var caller in (string[])[Gateway, TestData.Web]) AssertInactive(await AskAsync(caller, token));
    }

    [Theory, Row("INTRO-03")]
    [InlineData(null, null)]
    [InlineData(Gateway, null)]
    [InlineData(Gateway, "a wrong secret")]
    [InlineData("nobody", "a wrong secret")]
    [InlineData(TestData.Spa, null)]
    public async Task Who_does_not_show_who_it_is_learns_nothing(string? client, string? secret)
    {
        var reply = await Server.PostFormAsync(
            "/oauth/introspect", ("token", await AccessTokenAsync()), ("client_id", client), ("client_secret", secret));

        reply.IsUnauthorized();
        Assert.DoesNotContain("active", reply.Body, StringComparison.Ordinal);
    }

    [Fact, Row("INTRO-04")]
    public async Task The_token_is_required_and_the_hint_only_a_hint()
    {
        (await Server.PostFormAsync(
            "/oauth/introspect", ("client_id", Gateway), ("client_secret", TestData.Secret)))
            .IsError("invalid_request");
        var tokens = await flow.TokensAsync();
        foreach (var hint in (string[])["refresh_token", "access_token", "foo", ""])
        {
            Assert.True(IsActive(await AskAsync(Gateway, tokens.AccessToken!, hint)), hint);
            Assert.True(IsActive(await AskAsync(TestData.Web, tokens.RefreshToken!, hint)), hint);
        }
    }

    [Fact, Row("INTRO-05")]
    public async Task Of_an_access_token_its_client_and_its_API_may_know()
    {
        var token = await AccessTokenAsync();

        Assert.True(IsActive(await AskAsync(TestData.Web, token)));
        Assert.True(IsActive(await AskAsync(Gateway, token)));
        AssertInactive(await AskAsync(OtherGateway, token));
        AssertInactive(await AskAsync(TestData.OtherWeb, token));
    }

    [Fact, Row("INTRO-05")]
    public async Task Another_API_does_not_know_it_although_it_may_ask_of_its_own()
    {
        await flow.Database.ExecuteAsync(
            """
            INSERT INTO oauth_resources (resource, name, scopes, introspection_clients)
            VALUES ('https://other-api.example/', 'The other API', '{"read": "Read it"}', $1)
            ON CONFLICT DO NOTHING
            """,
            (object)new[] { OtherGateway });
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_resources = '{https://other-api.example/}' WHERE client_id = $1",
            OtherGateway);
        Reply own = null!;
        await Eventually.BecomesTrue(
            async () => (own = await Server.PostFormAsync(
                "/oauth/token", ("grant_type", "client_credentials"), ("resource", "https://other-api.example/"),
                ("scope", "read"), ("client_id", OtherGateway), ("client_secret", TestData.Secret))).Status
                == HttpStatusCode.OK,
            TimeSpan.FromSeconds(10),
            "the API is heard of");

        Assert.True(IsActive(await AskAsync(OtherGateway, own.AccessToken!)));
        AssertInactive(await AskAsync(Gateway, own.AccessToken!));
        AssertInactive(await AskAsync(OtherGateway, await AccessTokenAsync()));
    }

    [Fact, Row("INTRO-06")]
    public async Task A_refresh_token_speaks_to_its_own_client_alone()
    {
        var tokens = await flow.TokensAsync();

        var said = (await AskAsync(TestData.Web, tokens.RefreshToken!)).Json!.Value;
        Assert.Equal(
            ["active", "client_id", "exp", "iss", "scope", "sub"],
            said.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal((true, TestData.Web, TestData.AliceId.ToString(), tokens.Scope), (
            said.GetProperty("active").GetBoolean(), said.GetProperty("client_id").GetString(),
            said.GetProperty("sub").GetString(), said.GetProperty("scope").GetString()));
        var week = DateTimeOffset.UtcNow.AddDays(7).ToUnixTimeSeconds();
        Assert.InRange(said.GetProperty("exp").GetInt64(), week - 60, week + 60);
        AssertInactive(await AskAsync(TestData.OtherWeb, tokens.RefreshToken!));
        AssertInactive(await AskAsync(Gateway, tokens.RefreshToken!));

        var next = await Server.RefreshAsync(tokens.RefreshToken);
        AssertInactive(await AskAsync(TestData.Web, tokens.RefreshToken!));
        Assert.True(IsActive(await AskAsync(TestData.Web, next.RefreshToken!)));
    }

    [Theory, Row("INTRO-02"), Row("INTRO-07")]
    [InlineData("revoked itself")]
    [InlineData("its session revoked")]
    [InlineData("access taken away by the person")]
    [InlineData("the person disabled")]
    [InlineData("the person deleted")]
    [InlineData("the client disabled")]
    public async Task What_ends_a_token_on_one_instance_is_known_on_the_other_within_a_second(string how)
    {
        var second = await flow.SecondAsync();
        var (email, tokens) = await SomebodysTokensAsync();
        for (var ask = 0; ask < 20; ask++)
            Assert.True(IsActive(await AskAsync(Gateway, tokens.AccessToken!, server: second)));

        await EndAsync(how, email, tokens);

        await Eventually.BecomesTrue(
            async () => !IsActive(await AskAsync(Gateway, tokens.AccessToken!, server: second)), InTime, how);
        AssertInactive(await AskAsync(Gateway, tokens.AccessToken!, server: second));
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = $1", TestData.OtherWeb);
    }

    [Theory]
    [InlineData("revoked itself")]
    [InlineData("its session revoked")]
    [InlineData("the person deleted")]
    public async Task By_the_servers_own_clock_an_answer_is_a_quarter_of_a_second_old_and_no_more(string how)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var still = await TestServer.StartAsync(
            new() { Database = flow.Database, Services = services => services.AddSingleton<TimeProvider>(clock) });
        var (email, tokens) = await SomebodysTokensAsync();
        Assert.True(IsActive(await AskAsync(Gateway, tokens.AccessToken!, server: still)));

        await EndAsync(how, email, tokens);

        clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.True(IsActive(await AskAsync(Gateway, tokens.AccessToken!, server: still)));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        AssertInactive(await AskAsync(Gateway, tokens.AccessToken!, server: still));
    }

    [Fact, Row("INTRO-02")]
    public async Task A_client_that_was_enabled_again_has_its_tokens_back()
    {
        var token = await AccessTokenAsync();
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", TestData.Web);
        await Eventually.BecomesTrue(
            async () => !IsActive(await AskAsync(Gateway, token)), TimeSpan.FromSeconds(10), "it is disabled");

        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = $1", TestData.Web);

        await Eventually.BecomesTrue(
            async () => IsActive(await AskAsync(Gateway, token)), TimeSpan.FromSeconds(10), "it is enabled");
    }

    [Fact, Row("CC-05")]
    public async Task A_disabled_service_has_no_active_token()
    {
        var own = await Server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "client_credentials"),
            ("client_id", OtherGateway),
            ("client_secret", TestData.Secret));
        Assert.True(IsActive(await AskAsync(Gateway, own.AccessToken!)));

        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", OtherGateway);

        await Eventually.BecomesTrue(
            async () => !IsActive(await AskAsync(Gateway, own.AccessToken!)), InTime, "it is disabled");
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = $1", OtherGateway);
        await Eventually.BecomesTrue(
            async () => (await AskAsync(OtherGateway, "x")).Status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(10),
            "it is enabled");
        // The list of revoked tokens may have been read before it was disabled, a quarter of a second ago.
        await Eventually.BecomesTrue(
            async () => !IsActive(await AskAsync(Gateway, own.AccessToken!)), InTime, "its old token is listed");
        AssertInactive(await AskAsync(Gateway, own.AccessToken!));
    }

    [Fact, Row("INTRO-08")]
    public async Task A_signed_answer_says_the_same_inside_one_member()
    {
        var token = await AccessTokenAsync();

        var reply = await AskSignedAsync(Gateway, token);

        Assert.Equal((HttpStatusCode.OK, "application/token-introspection+jwt"), (reply.Status, reply.ContentType));
        Assert.True(reply.Headers.CacheControl?.NoStore);
        var keys = await Server.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), Ct);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(reply.Body, new TokenValidationParameters
        {
            ValidIssuer = TestServer.Issuer,
            ValidAudience = Gateway,
            ValidTypes = ["token-introspection+jwt"],
            RequireExpirationTime = false,
            IssuerSigningKeys = new JsonWebKeySet(keys).GetSigningKeys(),
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        var payload = JsonDocument.Parse(
            Base64UrlEncoder.Decode(new JsonWebToken(reply.Body).EncodedPayload)).RootElement;
        Assert.Equal(
            ["aud", "iat", "iss", "token_introspection"],
            payload.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var plain = (await AskAsync(Gateway, token)).Json!.Value;
        Assert.True(JsonElement.DeepEquals(plain, payload.GetProperty("token_introspection")));
    }

    [Fact, Row("INTRO-08")]
    public async Task A_signed_answer_about_nothing_is_one_member_too()
    {
        var payload = JsonDocument.Parse(
            Base64UrlEncoder.Decode(
                new JsonWebToken((await AskSignedAsync(Gateway, "unknown")).Body).EncodedPayload)).RootElement;

        Assert.Equal("""{"active":false}""", payload.GetProperty("token_introspection").GetRawText());
    }

    [Theory, Row("INTRO-08")]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/json, application/token-introspection+jwt;q=0.5")]
    public async Task Who_does_not_prefer_it_gets_plain_JSON(string accept) =>
        Assert.True(IsActive(await AskAsync(Gateway, await AccessTokenAsync(), accept: accept)));

    [Fact]
    public async Task While_no_notification_arrives_the_database_is_asked()
    {
        var token = await AccessTokenAsync();
        var changes = Server.Services.GetRequiredService<ClientChangeListener>();
        changes.IsHeard = false;
        try
        {
            Assert.True(IsActive(await AskAsync(Gateway, token)));
            await flow.Database.ExecuteAsync(
                """
                DO $$ BEGIN
                    SET LOCAL session_replication_role = replica;
                    UPDATE oauth_clients SET disabled_at = now() WHERE client_id = 'demo-web';
                END $$
                """);
            AssertInactive(await AskAsync(Gateway, token));
        }
        finally
        {
            await flow.Database.ExecuteAsync(
                "UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = $1", TestData.Web);
            changes.IsHeard = true;
        }
    }

    [Fact]
    public async Task A_warm_answer_about_an_access_token_costs_no_statement_of_its_own()
    {
        var token = await AccessTokenAsync();
        await AskAsync(Gateway, token);
        var start = await flow.Database.StatementCountAsync();
        const int asked = 200;

        for (var ask = 0; ask < asked; ask++) Assert.True(IsActive(await AskAsync(Gateway, token)));

        // The list of revoked tokens is read four times a second at most, however many ask.
        Assert.True(await flow.Database.StatementCountAsync() - start < asked / 4);
    }

    private static void AssertInactive(Reply reply)
    {
        Assert.Equal((HttpStatusCode.OK, """{"active":false}"""), (reply.Status, reply.Body));
        Expect.UncacheableJson(reply);
    }

    private static bool IsActive(Reply reply) => reply.Json!.Value.GetProperty("active").GetBoolean();

    private static string Foreign(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1])
            .Replace("as.example.test", "as.example.evil", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }

    private async Task<(string Email, Reply Tokens)> SomebodysTokensAsync()
    {
        var email = $"ends-{Guid.NewGuid():N}@example.com";
        await flow.Database.ExecuteAsync(
            """
            INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash)
            SELECT $1, upper($1), $1, upper($1), true, password_hash FROM accounts WHERE email = $2
            """,
            email, TestData.Email);
        using var browser = new TestBrowser(Server);
        await browser.SignInAsync(email);
        var code = (await browser.AuthorizeAsync(AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri)
            .With("scope", "read"))).Code;
        var tokens = await Server.RedeemAsync(code, TestData.OtherWeb, TestData.OtherWebRedirectUri);
        return (email, tokens);
    }

    private async Task EndAsync(string how, string email, Reply tokens)
    {
        switch (how)
        {
            case "revoked itself": await Server.RevokeAsync(tokens.AccessToken, TestData.OtherWeb); break;
            case "its session revoked": await Server.RevokeAsync(tokens.RefreshToken, TestData.OtherWeb); break;
            case "the person disabled":
                await flow.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE email = $1", email);
                break;
            case "the person deleted":
                await flow.Database.ExecuteAsync("DELETE FROM accounts WHERE email = $1", email);
                break;
            case "the client disabled":
                await flow.Database.ExecuteAsync(
                    "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", TestData.OtherWeb);
                break;
            default:
                using (var browser = new TestBrowser(Server))
                {
                    await browser.SignInAsync(email);
                    using var page = await browser.GetAsync("/account/connections");
                    var form = await TestBrowser.FormAsync(page, "/account/connections/withdraw");
                    using var answer = await browser.PostAsync(form.Action, form.Fields);
                    Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                }

                break;
        }
    }

    private async Task<string> AccessTokenAsync() => (await flow.TokensAsync()).AccessToken!;

    private async Task<string> UsedCodeAsync()
    {
        var code = await flow.CodeAsync();
        (await Server.RedeemAsync(code)).IsTokens();
        return code;
    }

    private Task<Reply> AskSignedAsync(string client, string token) =>
        AskAsync(client, token, accept: "application/token-introspection+jwt");

    private Task<Reply> AskAsync(
        string client, string token, string? hint = null, string? accept = null, TestServer? server = null)
    {
        var body = $"token={Uri.EscapeDataString(token)}&client_id={client}&client_secret={TestData.Secret}";
        if (hint is not null) body += $"&token_type_hint={hint}";
        return (server
            ?? Server).PostRawAsync("/oauth/introspect", body, headers: accept is null ? [] : [("Accept", accept)]);
    }
}
