using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>
/// With everything logged, traced and measured that can be, no secret is in any log event,
/// span, measurement or audit row (RFC 9700 §4.2.4, §4.3).
/// </summary>
public sealed class SecretsStayOutOfLogsTests(TalkativeServer shared) : IClassFixture<TalkativeServer>
{
    private const string NewPassword = "Demo-An0ther-Passphrase!";
    private const string Client = "client_id=demo-web&redirect_uri=https://c.example/cb";
    private static int _marks;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Row("OPS-05")]
    public async Task Nothing_secret_of_a_whole_life_is_logged()
    {
        await using var own = await TalkativeServer.StartAsync();
        var (server, log) = (own.Server, own.Log);
        await server.Database.ExecuteAsync("UPDATE accounts SET security_stamp = $1", Mark());
        var hashes = await HashesAsync(server);
        using var browser = new TestBrowser(server);
        var (state, passed, stray) = (Mark(), Mark(), Mark());
        var page = await browser.GetAsync(new AuthorizationAsk().With("state", state).With("nonce", passed).Path);
        page = await browser.GetAsync(page.Headers.Location!.OriginalString);
        var typed = await browser.TypePasswordAsync(page);
        var consent = await browser.GetAsync(typed.Headers.Location!.OriginalString);
        var form = await TestBrowser.FormAsync(consent, "/oauth/authorize/consent");
        var decided = await browser.DecideAsync(consent, "allow");
        var answer = new AuthorizationAnswer(decided.Headers.Location!.OriginalString);
        var tokens = await server.RedeemAsync(answer.Code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{TestData.Web}:{TestData.Secret}"));
        var refreshed = await server.PostRawAsync(
            "/oauth/refresh?stray=" + stray,
            $"grant_type=refresh_token&refresh_token={tokens.RefreshToken}",
            headers: ("Authorization", "Basic " + basic));
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(refreshed.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(refreshed.RefreshToken)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RefreshAsync(tokens.RefreshToken)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.RedeemAsync(answer.Code)).Status);
        var password = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (password.Fields["current"], password.Fields["new"]) = (TestData.Password, NewPassword);
        password.Fields["repeat"] = NewPassword;
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(password.Action, password.Fields)).StatusCode);
        var leave = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-out"), "/account/sign-out");
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync(leave.Action, leave.Fields)).StatusCode);

        var cookies = browser.SetCookies.Select(cookie => cookie.Split(';')[0].Split('=', 2)[1])
            .Where(value => value.Length > 0).ToList();
        Assert.NotEmpty(cookies);
        await own.AssertToldNoneOfAsync(
        [
            state, passed, stray, answer.Code, AuthorizationAsk.Verifier, AuthorizationAsk.Challenge, basic,
            tokens.AccessToken, tokens.RefreshToken, refreshed.AccessToken, refreshed.RefreshToken,
            tokens.AccessToken!.Split('.')[2], refreshed.AccessToken!.Split('.')[1],
            TestData.Secret, TestData.SecretHash, TestData.Password, NewPassword, WebUtility.UrlEncode(NewPassword),
            form.Fields["ticket"], form.Fields["antiforgery"], password.Fields["antiforgery"],
            .. StoredHashes(answer.Code, tokens.RefreshToken, refreshed.RefreshToken),
            .. hashes, .. await HashesAsync(server), .. cookies,
        ]);
        AssertTold(own, "span Microsoft.AspNetCore: ");
        AssertTold(own, "span Npgsql: ", "UPDATE accounts");
        AssertTold(own, "span OAuthServer: sign access token");
        AssertTold(own, "measurement Microsoft.AspNetCore.Hosting: ", "/oauth/token");
        AssertTold(own, "measurement Npgsql: db.client.operation.duration\n");
        AssertTold(own, "measurement OAuthServer: oauth.server.requests\n", "oauth.reason=code_reused");
        const string kestrel = "Microsoft.AspNetCore.Server.Kestrel";
        Assert.Contains(log.Events, line => line.Contains(kestrel, StringComparison.Ordinal));
        // Statements are logged, and of their values the places alone.
        Assert.Contains(log.Events, line =>
            line.Contains("Microsoft.EntityFrameworkCore.Database.Command", StringComparison.Ordinal)
            && line.Contains("UPDATE oauth_refresh_tokens", StringComparison.Ordinal)
            && line.Contains("='?'", StringComparison.Ordinal));
    }

    [Theory, Row("OPS-05")]
    [InlineData(
        "/oauth/token",
        "grant_type=authorization_code&code={0}&code_verifier={1}&"
        + "redirect_uri=https%3A%2F%2Fc.example%2F{2}&client_id=demo-web&client_secret={3}")]
    [InlineData(
        "/oauth/token",
        "grant_type=authorization_code&code={0}&code_verifier={1}&"
        + "redirect_uri=https%3A%2F%2Fc.example%2F{2}&client_id=demo-web&client_secret=demo-web-secret")]
    [InlineData(
        "/oauth/token",
        "grant_type=authorization_code&code={0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}&"
        + "code={1}&client_id=unknown&client_secret={3}&password={2}")]
    [InlineData(
        "/oauth/token",
        "grant_type={0}&client_id=demo-web&client_secret=demo-web-secret&code={1}&assertion={2}&"
        + "client_assertion={3}")]
    [InlineData(
        "/oauth/token",
        "grant_type=password&username={0}&password={1}&client_id=demo-web&client_secret=demo-web-secret&"
        + "x={2}&{3}=y")]
    [InlineData("/oauth/token", "code={0}&code_verifier={1}%&refresh_token={2}%zz&client_secret={3}%FF")]
    [InlineData(
        "/oauth/token",
        "code={0}%00&code_verifier={1}%0d%0a&refresh_token={2}%1b[31m&client_id=demo-web&"
        + "client_secret={3}%07")]
    [InlineData(
        "/oauth/refresh",
        "grant_type=refresh_token&refresh_token={0}&scope={1}&client_id=demo-web&"
        + "client_secret=demo-web-secret&x={2}&y={3}")]
    [InlineData("/oauth/refresh", "refresh_token={0}&scope={1}&client_id=demo-native&client_secret={2}&y={3}")]
    [InlineData("/oauth/revoke", "token={0}&token_type_hint={1}&client_id=demo-web&client_secret={2}&y={3}")]
    [InlineData(
        "/oauth/revoke",
        "token=eyJhbGciOiJSUzI1NiJ9.{0}.{1}&token_type_hint={2}&client_id=demo-web&"
        + "client_secret=demo-web-secret&y={3}")]
    [InlineData("/oauth/authorize", "client_id=demo-web&redirect_uri={0}&state={1}&code_challenge={2}&login_hint={3}")]
    [InlineData(
        "/oauth/token",
        "grant_type=authorization_code&code={0}&"
        + "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
        + "client_assertion={1}&id_token={2}&id_token_hint={3}")]
    [InlineData(
        "/oauth/authorize",
        "response_type=code&client_id=demo-web&redirect_uri=https%3A%2F%2Fc.example%2Fcb&"
        + "id_token_hint={0}&nonce={1}&prompt={2}&request_uri={3}")]
    [InlineData(
        "/oauth/authorize",
        "response_type=code&client_id=demo-web&redirect_uri=https%3A%2F%2Fc.example%2Fcb&state={0}&"
        + "code_challenge={1}&request={2}&scope={3}")]
    [InlineData("/oauth/authorize/consent", "ticket={0}&antiforgery={1}&decision={2}&x={3}")]
    [InlineData(
        "/account/sign-in",
        "email=alice%40example.com&password={0}&antiforgery={1}&"
        + "returnUrl=%2Foauth%2Fauthorize%3Fstate%3D{2}&x={3}")]
    [InlineData("/account/password", "current={0}&new={1}&repeat={2}&antiforgery={3}")]
    [InlineData("/account/sign-out", "antiforgery={0}&x={1}&y={2}&z={3}")]
    [InlineData("/account/connections/withdraw", "client_id=demo-web&antiforgery={0}&x={1}&y={2}&z={3}")]
    [InlineData("/nowhere", "token={0}&x={1}&y={2}&z={3}")]
    public async Task Nothing_secret_of_a_refused_request_is_logged(string path, string body)
    {
        string[] marks = [.. Enumerable.Range(0, 8).Select(_ => Mark())];
        string[] types =
            ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=" + marks[0]];
        (string, string)[][] headers =
        [
            [],
            [
                ("Authorization", $"Basic {Basic(marks[4])}"),
                ("Cookie", $"__Host-oauthserver-session={marks[5]}; __Host-oauthserver-antiforgery={marks[6]}"),
                ("Referer", "https://c.example/?code=" + marks[7]),
            ],
            [("Authorization", "Bearer " + marks[4])],
            [("Authorization", "Basic " + marks[4]), ("DPoP", marks[5])],
        ];
        var filled = string.Format(CultureInfo.InvariantCulture, body, marks);
        var target = $"{path}?access_token={marks[3]}&client_secret={marks[2]}";
        foreach (var contentType in types)
        {
            foreach (var sent in headers)
            {
                var reply = await shared.Server.PostRawAsync(target, filled, contentType, sent);
                Assert.NotEqual(HttpStatusCode.InternalServerError, reply.Status);
            }
        }

        await shared.AssertToldNoneOfAsync([.. marks, Basic(marks[4])]);
    }

    [Theory, Row("OPS-05")]
    [InlineData("/oauth/authorize")]
    [InlineData("/oauth/authorize/cancel")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/refresh")]
    [InlineData("/oauth/revoke")]
    [InlineData("/oauth/revocations")]
    [InlineData("/account/sign-in")]
    [InlineData("/account/password")]
    [InlineData("/account/connections")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/health/ready")]
    [InlineData("/nowhere")]
    public async Task Nothing_of_a_query_string_is_logged(string path)
    {
        string[] marks = [.. Enumerable.Range(0, 4).Select(_ => Mark())];
        string[] queries =
        [
            $"code={marks[0]}&state={marks[1]}&password={marks[2]}&{marks[3]}=x",
            $"access_token={marks[0]}%&x=%zz{marks[1]}",
            $"{Client}&response_type={marks[0]}&state={marks[1]}&scope={marks[2]}",
            $"returnUrl={Uri.EscapeDataString($"/oauth/authorize?{Client}&state={marks[0]}")}",
            $"done={marks[3]}",
            $"x={new string('y', 40_000)}{marks[0]}",
            $"x={marks[0]}{new string('y', 40_000)}",
        ];
        HttpMethod[] methods = [HttpMethod.Get, HttpMethod.Head, HttpMethod.Options, HttpMethod.Delete];
        foreach (var query in queries)
        {
            foreach (var method in methods)
            {
                using var request = new HttpRequestMessage(method, new Uri($"{path}?{query}", UriKind.Relative));
                request.Headers.TryAddWithoutValidation("Origin", "https://c.example");
                using var response = await shared.Server.Http.SendAsync(request, Ct);
                Assert.NotEqual(HttpStatusCode.InternalServerError, response.StatusCode);
            }
        }

        await shared.AssertToldNoneOfAsync(marks);
    }

    [Theory]
    [InlineData("GET /oauth/authorize?code={0} HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("GET /oauth/authorize?code={0}\r\nHost: x\r\n\r\n")]
    [InlineData("{0} /oauth/authorize HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /oauth/authorize?code={0}\0 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nAuthorization Basic {0}\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: {0} {0}\r\n\r\n")]
    [InlineData(
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "code={0}\r\n\r\n")]
    [InlineData(
        "POST /oauth/token HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\n"
        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {0}\r\n\r\n")]
    [InlineData("POST /oauth/token HTTP/1.1\r\nHost: x\r\nCookie: a={0}\r\nCookie: \0\r\n\r\n")]
    public async Task Nothing_of_a_request_that_is_no_HTTP_is_logged(string bytes)
    {
        var mark = Mark();
        using var client = new TcpClient();
        await client.ConnectAsync(shared.Server.Address.Host, shared.Server.Address.Port, Ct);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes.Replace("{0}", mark, StringComparison.Ordinal)), Ct);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        Assert.Matches("^HTTP/1.1 (4[0-9]{2}|505) ", await reader.ReadLineAsync(Ct));
        await shared.AssertToldNoneOfAsync([mark]);
    }

    [Fact]
    public async Task Nothing_secret_is_logged_when_the_server_fails()
    {
        await using var own = await TalkativeServer.StartAsync();
        var (server, log) = (own.Server, own.Log);
        var (code, state, password) = (await server.CodeAsync(), Mark(), Mark());
        var tokens = await server.TokensAsync();
        string[] tables =
        [
            "oauth_authorization_codes", "oauth_refresh_tokens", "oauth_revoked_tokens", "oauth_consents", "accounts",
        ];
        foreach (var table in tables)
            await server.Database.ExecuteAsync($"ALTER TABLE {table} RENAME TO {table}_away");
        Reply[] replies =
        [
            await server.RedeemAsync(code),
            await server.RefreshAsync(tokens.RefreshToken),
            await server.RevokeAsync(tokens.RefreshToken),
            await server.RevokeAsync(tokens.AccessToken),
        ];
        Assert.All(replies, reply => Assert.InRange((int)reply.Status, 500, 503));
        using var browser = new TestBrowser(server);
        using var asked = await browser.GetAsync(new AuthorizationAsk().With("state", state).Path);
        using var page = await browser.GetAsync(asked.Headers.Location!.OriginalString);
        using var failed = await browser.TypePasswordAsync(page, password: password);
        Assert.InRange((int)failed.StatusCode, 500, 503);

        await own.AssertToldNoneOfAsync(
        [
            code, state, password, tokens.AccessToken, tokens.RefreshToken, TestData.Secret, AuthorizationAsk.Verifier,
        ]);
        Assert.Contains(log.Events, line => line.Contains("PostgresException", StringComparison.Ordinal));
    }

    /// <summary>A statement that failed is in the log; what it would have written is not.</summary>
    [Fact, Row("OPS-05")]
    public async Task Nothing_of_an_account_is_told_when_it_cannot_be_written()
    {
        await using var own = await TalkativeServer.StartAsync();
        var server = own.Server;
        await server.Database.ExecuteAsync("UPDATE accounts SET security_stamp = $1", Mark());
        using var browser = new TestBrowser(server);
        await browser.SignInAsync();
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        await server.Database.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$
            """);
        await server.Database.ExecuteAsync("""
            CREATE TRIGGER refuse BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        var (wrong, chosen) = (Mark(), "A1-" + Mark());
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (TestData.Password, chosen, chosen);
        using var changed = await browser.PostAsync(form.Action, form.Fields);
        using var stranger = new TestBrowser(server);
        var signIn = await stranger.GetAsync("/account/sign-in");
        using var guessed = await stranger.TypePasswordAsync(signIn, password: wrong);
        Assert.Equal([503, 503], [(int)changed.StatusCode, (int)guessed.StatusCode]);

        await own.AssertToldNoneOfAsync(
        [
            wrong, chosen, TestData.Password, form.Fields["antiforgery"],
            .. await HashesAsync(server), .. browser.Cookies.Values, .. stranger.Cookies.Values,
        ]);
        Assert.Contains(own.Log.Events, line => line.Contains("P0001: refused", StringComparison.Ordinal));
    }

    // What the table of accounts keeps secret: whoever has a stamp and a hash is halfway to a session.
    private static async Task<IEnumerable<string>> HashesAsync(TestServer server) =>
        (await server.Database.QueryAsync(
            "SELECT unnest(ARRAY[password_hash, security_stamp]) AS secret FROM accounts WHERE id = $1",
            TestData.AliceId))
        .Select(row => (string)row["secret"]!);

    private static void AssertTold(TalkativeServer server, string beginning, string part = "") => Assert.Contains(
        server.Telemetry,
        line => line.StartsWith(beginning, StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal));

    // What the statements bind, as a log would write it.
    private static IEnumerable<string> StoredHashes(params string?[] values) =>
        values.Select(value => Convert.ToHexString(Handle.Hash(value!)));

    private static string Mark() => $"mark{Interlocked.Increment(ref _marks):D6}zq{Environment.ProcessId}";

    private static string Basic(string secret) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes("demo-web:" + secret));
}
