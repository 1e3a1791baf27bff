using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients.Assertions;

/// <summary>Clients that prove themselves by a key (RFC 7523, RFC 7521, RFC 10070), at every form endpoint.</summary>
public sealed class PrivateKeyJwtTests(PrivateKeyJwtTests.Keyed flow) : IClassFixture<PrivateKeyJwtTests.Keyed>
{
    private const string Client = "keyed";
    private static readonly string[] Addresses = ["/oauth/token", "/oauth/refresh"];

    private static readonly (string Name, string? Value)[] Pushed =
    [
        ("response_type", "code"), ("redirect_uri", AppKeyRequests.RedirectUri), ("scope", "read"),
        ("code_challenge", AuthorizationAsk.Challenge), ("code_challenge_method", "S256"),
    ];

    private long Now { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    [Row("PKJ-01")]
    public async Task An_assertion_buys_tokens_with_and_without_client_id_and_revokes()
    {
        var tokens = (await flow.Server.RedeemByAsync(await flow.CodeOfAsync(Client), flow.Key.Assertion(Client)))
            .IsTokens();
        foreach (var path in Addresses)
        {
            tokens = (await flow.Server.RefreshByAsync(tokens.RefreshToken, flow.Key.Assertion(Client), Client, path))
                .IsTokens();
            tokens = (await flow.Server.RefreshByAsync(tokens.RefreshToken, flow.Key.Assertion(Client), path: path))
                .IsTokens();
        }

        (await flow.Server.RevokeByAsync(tokens.RefreshToken, flow.Key.Assertion(Client))).IsDone();
        (await flow.Server.RefreshByAsync(tokens.RefreshToken, flow.Key.Assertion(Client))).IsError("invalid_grant");
    }

    [Fact]
    [Row("PKJ-01")]
    [Row("PKJ-05")]
    public async Task An_assertion_pushes_a_request_or_asks_about_a_token_once()
    {
        var (pushing, asking) = (flow.Key.Assertion(Client), flow.Key.Assertion(Client));
        var pushed = await flow.Server.PostFormAsync("/oauth/par", [.. Pushed, .. AppKeyRequests.By(pushing)]);
        Assert.Equal(System.Net.HttpStatusCode.Created, pushed.Status);
        (await flow.Server.PostFormAsync("/oauth/par", [.. Pushed, .. AppKeyRequests.By(pushing)])).IsUnauthorized();
        var asked = await flow.Server.PostFormAsync(
            "/oauth/introspect", [("token", "unknown"), .. AppKeyRequests.By(asking)]);
        Assert.Equal((System.Net.HttpStatusCode.OK, "{\"active\":false}"), (asked.Status, asked.Body));
        (await flow.Server.PostFormAsync("/oauth/introspect", [("token", "unknown"), .. AppKeyRequests.By(asking)]))
            .IsUnauthorized();
        await RefusedAsync(asking);
    }

    [Fact]
    [Row("PKJ-01")]
    public async Task A_service_gets_its_own_token_by_an_assertion()
    {
        await flow.Database.AddKeyClientAsync("keyed-service", flow.Key.Jwks);
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET grant_types = '{client_credentials}', redirect_uris = '{}' "
                + "WHERE client_id = 'keyed-service'");
        var assertion = flow.Key.Assertion("keyed-service");

        (await flow.Server.PostFormAsync(
            "/oauth/token", [("grant_type", "client_credentials"), .. AppKeyRequests.By(assertion)])).IsTokens();
        (await flow.Server.PostFormAsync(
            "/oauth/token", [("grant_type", "client_credentials"), .. AppKeyRequests.By(assertion)])).IsUnauthorized();
    }

    [Theory]
    [Row("PKJ-01")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    public async Task One_of_the_two_parameters_missing_is_a_bad_request_and_another_type_a_failed_authentication(
        string path)
    {
        var assertion = flow.Key.Assertion(Client);
        (await SendAsync(path, ("client_assertion", assertion))).IsError("invalid_request");
        (await SendAsync(path, ("client_assertion", assertion), ("client_assertion_type", "")))
            .IsError("invalid_request");
        (await SendAsync(path, ("client_assertion_type", AppKey.AssertionType), ("client_id", Client)))
            .IsError("invalid_request");
        foreach (var other in new[]
        {
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            AppKey.AssertionType.ToUpperInvariant(),
            AppKey.AssertionType + " ",
            "jwt-bearer",
        })
        {
            (await SendAsync(path, ("client_assertion", assertion), ("client_assertion_type", other))).IsUnauthorized();
        }

        await AcceptedAsync(assertion, path);
    }

    [Fact]
    [Row("PKJ-02")]
    public async Task Iss_sub_and_client_id_are_the_same_client()
    {
        await RefusedAsync(flow.Key.Assertion(Client, new { iss = (string?)null }));
        await RefusedAsync(flow.Key.Assertion(Client, new { sub = (string?)null }));
        await RefusedAsync(flow.Key.Assertion(Client, new { sub = (string?)null }), Client);
        await RefusedAsync(flow.Key.Assertion(Client, new { iss = "https://issuer.example" }));
        await RefusedAsync(flow.Key.Assertion(Client, new { iss = TestData.Web }));
        await RefusedAsync(flow.Key.Assertion(Client, new { sub = TestData.Web }));
        await RefusedAsync(flow.Key.Assertion(Client, new { sub = TestData.Web }), Client);
        await RefusedAsync(flow.Key.Assertion(Client), TestData.Web);
        await RefusedAsync(flow.Key.Assertion(Client), Keyed.OtherClient);
        await RefusedAsync(flow.Key.Assertion("nobody"));
        await RefusedAsync(flow.Key.Assertion(Client, new { sub = Client + "\0" }));
        await AcceptedAsync(flow.Key.Assertion(Client), clientId: Client);
    }

    [Fact]
    [Row("PKJ-03")]
    public async Task The_audience_is_the_issuer_and_nothing_else()
    {
        await AcceptedAsync(flow.Key.Assertion(Client, new { aud = TestServer.Issuer }));
        await AcceptedAsync(flow.Key.Assertion(Client, new { aud = new[] { TestServer.Issuer } }));
        foreach (var audience in new object?[]
        {
            new[] { TestServer.Issuer, "https://api.example" }, new[] { TestServer.Issuer, TestServer.Issuer },
            new[] { TestServer.Issuer + "/oauth/token" }, Array.Empty<string>(),
            TestServer.Issuer + "/oauth/token", TestServer.Issuer + "/oauth/par", TestServer.Issuer + "/",
            TestServer.Issuer.ToUpperInvariant(), "https://other-as.example", "", null, 1,
            new { x = TestServer.Issuer },
        })
        {
            await RefusedAsync(flow.Key.Assertion(Client, new { aud = audience }));
        }
    }

    [Fact]
    [Row("PKJ-04")]
    public async Task Times_are_checked()
    {
        foreach (object? end in new object?[]
        {
            null,
            Now - 1,
            Now - 300,
            Now + 3700,
            Now + 1_000_000_000,
            0,
            -1,
            "soon",
            1e300,
        })
        {
            await RefusedAsync(flow.Key.Assertion(Client, new { exp = end }));
        }

        foreach (var ahead in new[] { 70, 300, 86_400 })
        {
            await RefusedAsync(flow.Key.Assertion(Client, new { iat = Now + ahead, exp = Now + ahead + 60 }));
            await RefusedAsync(flow.Key.Assertion(Client, new { nbf = Now + ahead }));
        }

        await AcceptedAsync(flow.Key.Assertion(Client, new { iat = Now + 8, nbf = Now + 8 }));
        await AcceptedAsync(flow.Key.Assertion(Client, new { iat = (long?)null }));
        await AcceptedAsync(flow.Key.Assertion(Client, new { exp = Now + 3600 }));
    }

    [Fact]
    [Row("PKJ-05")]
    public async Task An_assertion_is_used_once_wherever_it_comes_again()
    {
        var second = await flow.SecondAsync();
        await RefusedAsync(flow.Key.Assertion(Client, new { jti = (string?)null }));
        await RefusedAsync(flow.Key.Assertion(Client, new { jti = "" }));
        await RefusedAsync(flow.Key.Assertion(Client, new { jti = new string('j', 600) }));
        await RefusedAsync(flow.Key.Assertion(Client, new { jti = 1 }));
        var assertion = flow.Key.Assertion(Client, new { jti = "the-same" });

        await AcceptedAsync(assertion);

        foreach (var server in new[] { flow.Server, second })
        {
            (await server.RefreshByAsync("unknown", assertion)).IsUnauthorized();
            (await server.RefreshByAsync("unknown", assertion, path: "/oauth/refresh")).IsUnauthorized();
            (await server.RevokeByAsync("unknown", assertion)).IsUnauthorized();
            (await server.RefreshByAsync("unknown", flow.Key.Assertion(Client, new { jti = "the-same" })))
                .IsUnauthorized();
        }

        await AcceptedAsync(flow.OtherKey.Assertion(Keyed.OtherClient, new { jti = "the-same" }));
    }

    [Fact]
    [Row("PKJ-05")]
    public async Task One_assertion_at_once_on_two_instances_buys_one_token()
    {
        const int racers = 50;
        TestServer[] servers = [flow.Server, await flow.SecondAsync()];
        for (var round = 0; round < Effort.Rounds(3); round++)
        {
            var refreshToken = await flow.RefreshTokenAsync();
            var assertion = flow.Key.Assertion(Client);
            var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var racing = Enumerable.Range(0, racers).Select(async racer =>
            {
                await start.Task;
                return await servers[racer % 2].RefreshByAsync(refreshToken, assertion);
            }).ToArray();
            start.SetResult();

            var replies = await Task.WhenAll(racing);

            var winner = Assert.Single(replies, reply => reply.AccessToken is not null).IsTokens();
            Assert.All(replies.Where(reply => reply != winner), reply => reply.IsUnauthorized());
        }
    }

    [Fact]
    [Row("PKJ-06")]
    public async Task Algorithms_and_keys_are_pinned()
    {
        var claims = AppKey.Claims(Client);
        var none = $"{Part("""{"alg":"none"}""")}.{Part(System.Text.Json.JsonSerializer.Serialize(claims))}.";
        await RefusedAsync(none);
        await RefusedAsync(none + "x");
        await RefusedAsync(Keyed.SharedSecretJwt(flow.Key.Jwk, claims));
        await RefusedAsync(Keyed.SharedSecretJwt("", claims));
        await RefusedAsync(flow.OtherKey.Assertion(Client));
        await RefusedAsync(flow.OtherKey.As(flow.OtherKey.Algorithm, flow.Key.Id).Assertion(Client));
        using var stranger = AppKey.Create("ES256");
        await RefusedAsync(stranger.Assertion(Client));
        await RefusedAsync(stranger.Assertion(Client, header: new { kid = (string?)null }));
        await RefusedAsync(flow.Key.Assertion(Client, header: new { kid = "another" }));
        await RefusedAsync(flow.Key.Assertion(Client, header: new { alg = "ES384" }));
        await RefusedAsync(flow.Key.Assertion(Client, header: new { alg = "es256" }));
        await RefusedAsync(flow.Key.Assertion(Client, header: new { crit = new[] { "x" }, x = 1 }));
        await RefusedAsync(flow.Key.Assertion(Client)[..^4]);
        await AcceptedAsync(flow.Key.Assertion(Client, header: new { kid = (string?)null }));
    }

    [Fact]
    [Row("PKJ-06")]
    public async Task Only_the_registered_algorithm_is_taken()
    {
        using var key = AppKey.Create("PS256");
        await flow.Database.AddKeyClientAsync("pinned", key.Jwks, algorithm: "PS256");

        await AcceptedAsync(key.Assertion("pinned"));
        await RefusedAsync(key.As("RS256", key.Id).Assertion("pinned"));
        await RefusedAsync(key.As("PS512", key.Id).Assertion("pinned"));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task Every_algorithm_that_metadata_names_works(string algorithm)
    {
        using var key = AppKey.Create(algorithm);
        await flow.Database.AddKeyClientAsync("alg-" + algorithm, key.Jwks);
        await AcceptedAsync(key.Assertion("alg-" + algorithm));
    }

    [Theory]
    [Row("PKJ-07")]
    [InlineData(null, true)]
    [InlineData("JWT", true)]
    [InlineData("client-authentication+jwt", true)]
    [InlineData("application/client-authentication+jwt", true)]
    [InlineData("acme-auth+jwt", true)]
    [InlineData("at+jwt", false)]
    [InlineData("application/at+jwt", false)]
    [InlineData("AT+JWT", false)]
    [InlineData("dpop+jwt", false)]
    [InlineData("oauth-authz-req+jwt", false)]
    [InlineData("logout+jwt", false)]
    [InlineData("secevent+jwt", false)]
    [InlineData("token-introspection+jwt", false)]
    public async Task Only_kinds_that_are_known_to_be_something_else_are_refused(string? typ, bool accepted)
    {
        var assertion = flow.Key.Assertion(Client, header: new { typ });
        if (accepted) await AcceptedAsync(assertion);
        else await RefusedAsync(assertion);
    }

    [Theory]
    [Row("PKJ-08")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    [InlineData("/oauth/introspect")]
    [InlineData("/oauth/par")]
    public async Task A_client_with_keys_falls_back_to_nothing_weaker(string path)
    {
        (await SendAsync(path, ("client_id", Client))).IsUnauthorized();
        (await SendAsync(path, ("client_id", Client), ("client_secret", TestData.Secret))).IsUnauthorized();
        foreach (var password in new[] { "", TestData.Secret })
        {
            var basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Client}:{password}"));
            (await flow.Server.PostRawAsync(
                path,
                "grant_type=refresh_token&refresh_token=unknown&token=unknown",
                headers: [("Authorization", basic)])).IsUnauthorized();
        }
    }

    [Fact]
    [Row("PKJ-08")]
    public async Task A_client_without_keys_gains_nothing_by_an_assertion()
    {
        await RefusedAsync(flow.Key.Assertion(TestData.Web));
        await RefusedAsync(flow.Key.Assertion(TestData.Spa));
        await RefusedAsync(Keyed.SharedSecretJwt(TestData.Secret, AppKey.Claims(TestData.Web)));
    }

    [Fact]
    [Row("PKJ-10")]
    public async Task A_misaddressed_or_forged_assertion_burns_nothing()
    {
        var jti = Guid.NewGuid().ToString();
        using var stranger = AppKey.Create("ES256");
        await RefusedAsync(flow.Key.Assertion(Client, new { jti, aud = "https://other-as.example" }));
        await RefusedAsync(flow.Key.Assertion(Client, new { jti, exp = Now - 1 }));
        await RefusedAsync(stranger.Assertion(Client, new { jti }));
        await RefusedAsync(flow.Key.Assertion(Client, new { jti }), TestData.Web);
        Assert.Equal(0, await flow.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_used_jwts WHERE id = $1", IdOf(Client, jti)));

        await AcceptedAsync(flow.Key.Assertion(Client, new { jti }));

        Assert.Equal(1, await flow.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_used_jwts WHERE id = $1 AND expires_at > now()", IdOf(Client, jti)));
    }

    [Fact]
    public async Task A_refused_grant_has_used_the_assertion_up_all_the_same()
    {
        var assertion = flow.Key.Assertion(Client);
        (await flow.Server.RefreshByAsync("unknown", assertion)).IsError("invalid_grant");
        var refreshToken = await flow.RefreshTokenAsync();
        (await flow.Server.RefreshByAsync(refreshToken, assertion)).IsUnauthorized();
        (await flow.Server.RefreshByAsync(refreshToken, flow.Key.Assertion(Client))).IsTokens();
    }

    [Fact]
    public async Task A_wrong_assertion_consumes_neither_code_nor_refresh_token()
    {
        var code = await flow.CodeOfAsync(Client);
        using var stranger = AppKey.Create("ES256");
        (await flow.Server.RedeemByAsync(code, stranger.Assertion(Client))).IsUnauthorized();
        (await flow.Server.RedeemByAsync(code, flow.Key.Assertion(Client))).IsTokens();
    }

    [Fact]
    public async Task A_changed_key_counts_within_moments_and_the_old_one_no_longer()
    {
        using var old = AppKey.Create("ES256", "old");
        using var next = AppKey.Create("RS256", "next");
        await flow.Database.AddKeyClientAsync("rotating-keys", old.Jwks);
        await AcceptedAsync(old.Assertion("rotating-keys"));
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET jwks = $1::text::jsonb WHERE client_id = 'rotating-keys'",
            AppKey.SetOf(old, next));
        await Eventually.BecomesTrue(
            async () =>
                (await flow.Server.RefreshByAsync("unknown", next.Assertion("rotating-keys"))).Error == "invalid_grant",
            TimeSpan.FromSeconds(8),
            "the new key counts");
        await AcceptedAsync(old.Assertion("rotating-keys"));
        await flow.Database.ExecuteAsync(
            "UPDATE oauth_clients SET jwks = $1::text::jsonb WHERE client_id = 'rotating-keys'", next.Jwks);
        await Eventually.BecomesTrue(
            async () =>
                (await flow.Server.RefreshByAsync("unknown", old.Assertion("rotating-keys"))).Error == "invalid_client",
            TimeSpan.FromSeconds(8),
            "the old key is refused");
        await AcceptedAsync(next.Assertion("rotating-keys"));
    }

    private static string Part(string json) =>
        System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static byte[] IdOf(string client, string jti) => UsedJwts.IdOf(UsedJwts.ClientAssertion, client, jti);

    // Authentication succeeded when the unknown token is what is refused.
    private async Task AcceptedAsync(string assertion, string path = "/oauth/token", string? clientId = null)
    {
        if (path == "/oauth/revoke") (await flow.Server.RevokeByAsync("unknown", assertion, clientId)).IsDone();
        else (await flow.Server.RefreshByAsync("unknown", assertion, clientId, path)).IsError("invalid_grant");
    }

    private async Task RefusedAsync(string assertion, string? clientId = null)
    {
        (await flow.Server.RefreshByAsync("unknown", assertion, clientId)).IsUnauthorized();
        (await flow.Server.RefreshByAsync("unknown", assertion, clientId, "/oauth/refresh")).IsUnauthorized();
        (await flow.Server.RevokeByAsync("unknown", assertion, clientId)).IsUnauthorized();
        (await flow.Server.PostFormAsync(
            "/oauth/introspect",
            [("token", "unknown"), ("client_id", clientId), .. AppKeyRequests.By(assertion)])).IsUnauthorized();
        (await flow.Server.PostFormAsync(
            "/oauth/par", [.. Pushed, ("client_id", clientId), .. AppKeyRequests.By(assertion)])).IsUnauthorized();
    }

    private Task<Reply> SendAsync(string path, params (string Name, string? Value)[] credentials) =>
        flow.Server.PostFormAsync(
            path,
            [("grant_type", "refresh_token"), ("refresh_token", "unknown"), ("token", "unknown"), .. credentials]);

    /// <summary>A server with two clients that have keys.</summary>
    public sealed class Keyed : SignedInServer
    {
        public const string OtherClient = "keyed-too";

        public AppKey Key { get; } = AppKey.Create("ES256");

        public AppKey OtherKey { get; } = AppKey.Create("RS256", "app-2");

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            if (!IsRun) return;
            await Database.AddKeyClientAsync(Client, Key.Jwks);
            await Database.AddKeyClientAsync(OtherClient, OtherKey.Jwks);
        }

        public override async ValueTask DisposeAsync()
        {
            Key.Dispose();
            OtherKey.Dispose();
            await base.DisposeAsync();
        }

        public Task<string> CodeOfAsync(string clientId) =>
            CodeAsync(AuthorizationAsk.For(clientId, AppKeyRequests.RedirectUri));

        public async Task<string> RefreshTokenAsync() =>
            (await Server.RedeemByAsync(await CodeOfAsync(Client), Key.Assertion(Client))).IsTokens().RefreshToken!;

        /// <summary>A JWT whose signature anybody can make who knows the text that it is keyed by.</summary>
        public static string SharedSecretJwt(string secret, Dictionary<string, object?> claims)
        {
            var header = Part("""{"alg":"HS256","kid":"app-1"}""");
            var input = $"{header}.{Part(System.Text.Json.JsonSerializer.Serialize(claims))}";
            var signature = System.Security.Cryptography.HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(input));
            return $"{input}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
        }
    }
}
