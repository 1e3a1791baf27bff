using System.Text;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;
using static OAuthServer.ServerTests.Endpoints.Refusals.RefusalStage;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>
/// The causes of refusal at the form endpoints and around them; <see cref="PageRefusals"/> has those of pages.
/// </summary>
internal static class RefusalCases
{
    private const string Token = "/oauth/token";
    private const string Revoke = "/oauth/revoke";
    private const string Code = "grant_type=authorization_code&code=unknown";
    private const string FormType = "Content-Type: application/x-www-form-urlencoded\r\n";
    private const string Native = "&client_id=" + TestData.Native;
    private const string Other = "&client_id=" + TestData.OtherWeb + "&client_secret=demo-web-secret";
    private const string Legacy = "&client_id=" + TestData.Legacy + "&client_secret=demo-web-secret";

    private const string Verified = "&code_verifier=" + AuthorizationAsk.Verifier + Credentials;

    private static readonly AuthorizationAsk OfBoth = ResourceServer.Ask(
        "files:read mail.read", ResourceServer.Files, ResourceServer.Mail);

    /// <summary>Reasons that no single request can provoke, and where they are tested.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["account_guesses_exhausted"] = "only in the audit row of a budget: PasswordGuessingTests",
        ["password_guesses_exhausted"] = "only in the audit row of a budget: PasswordGuessingTests",
        ["client_secret_checks_exhausted"] = "takes a crowd at one client: ClientSecretVerifierTests has the verdict "
            + "that it stands for",
        ["sign_in_busy"] = "takes a crowd of people: HashWorkTests has the full queue",
        ["address_taken"] = "takes a mailed link: RegistrationTests",
        ["mails_exhausted"] = "only in the audit row of a budget: MailBudgetTests",
        ["passkey_refused"] = "takes an authenticator: PasskeyTests",
        ["passkey_used_before"] = "takes an authenticator: PasskeyTests",
        ["passkey_not_changed"] = "takes an authenticator: PasskeyTests",
        ["external_unavailable"] = "takes another identity provider: UpstreamAnswerTests",
        ["external_refused"] = "takes another identity provider: UpstreamAnswerTests",
        ["external_used_before"] = "takes another identity provider: UpstreamAnswerTests",
        ["external_without_account"] = "takes another identity provider: LinkingTests",
        ["login_not_changed"] = "takes another identity provider: ExternalSessionTests",
        ["factor_malformed"] = "takes somebody with an authenticator app: FactorReasonTests",
        ["factor_wrong"] = "takes somebody with an authenticator app: FactorReasonTests",
        ["factor_unknown"] = "takes a factor that goes between two statements",
        ["factor_unreadable"] = "takes a row that somebody changed: EnrollmentTests",
        ["factor_used_before"] = "takes somebody with an authenticator app: FactorReasonTests",
        ["factor_guesses_exhausted"] = "takes somebody with an authenticator app: GuessedCodeTests",
        ["password_not_changed"] = "takes a change of the account between two statements",
        ["bearer_token_of_another_api"] = "takes the management port: AdminAccessTests",
        ["admin_scope_missing"] = "takes the management port: AdminAccessTests",
        ["not_an_operator"] = "takes the management port: AdminPersonTests",
        ["admin_sign_in_too_weak"] = "takes the management port: AdminPersonTests",
        ["management_host_unknown"] = "takes the management port: ManagementPortTests",
        ["management_origin_foreign"] = "takes the management port: ManagementPortTests",
        ["json_malformed"] = "takes the management port: AdminClientTests",
        ["members_unfit"] = "takes the management port: AdminClientTests",
        ["client_rule_broken"] = "takes the management port: AdminClientTests",
        ["record_unknown"] = "takes the management port: AdminClientTests",
        ["client_id_taken"] = "takes the management port: AdminClientTests",
        ["precondition_missing"] = "takes the management port: AdminClientTests",
        ["precondition_stale"] = "takes the management port: AdminClientTests",
        ["self_lockout"] = "takes the management port: AdminClientTests",
        ["client_administers"] = "takes the management port: AdminClientTests",
        ["secret_not_rotated"] = "takes the management port: AdminClientTests",
        ["account_exists"] = "takes the management port: AdminDescriptionTests",
        ["account_operates"] = "takes the management port: AdminAccountTests",
        ["site_sign_in_unknown"] = "takes the operators' site: OperatorSiteTests",
        ["site_client_missing"] = "takes the operators' site: OperatorSiteTests",
    };

    public static IEnumerable<RefusalCase> All =>
        [
            .. Malformed,
            .. Clients,
            .. AssertionRefusals.All,
            .. Codes,
            .. RefreshTokens,
            .. Revocations,
            .. Around,
            .. AuthorizeRefusals.All,
            .. OpenIdRefusals.All,
            .. PageRefusals.All,
        ];

    private static IEnumerable<RefusalCase> Malformed =>
    [
        new(
            "content_type_unsupported",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, "{}", ("Content-Type", "application/json"))),
        new(
            "body_malformed",
            "refresh",
            "invalid_request",
            400,
            stage => stage.PostAsync("/oauth/refresh", "refresh_token=%zz")),
        new(
            "body_too_large",
            "revoke",
            "invalid_request",
            413,
            stage => stage.PostAsync(Revoke, "token=" + new string('a', 70_000))),
        new(
            "parameter_repeated",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, Code + "&code=unknown" + Credentials)),
        new(
            "parameter_unreadable",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, Code + "%00" + Credentials)),
        new(
            "request_uri_pushed",
            "push",
            "invalid_request",
            400,
            stage => stage.PostAsync("/oauth/par", "request_uri=urn%3Ax" + Credentials)),
        new("request_unreadable", "token", "invalid_request", 400, stage =>
            stage.SendRawAsync("POST /oauth/token", FormType + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n")),
    ];

    private static IEnumerable<RefusalCase> Clients =>
    [
        new("authorization_repeated", "token", "invalid_request", 400, stage => stage.SendRawAsync(
            "POST /oauth/token",
            FormType + "Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\nContent-Length: 3\r\n\r\nx=y")),
        new(
            "basic_unreadable",
            "token",
            "invalid_client",
            401,
            stage => stage.PostAsync(Token, Code, ("Authorization", "Basic !"))),
        new(
            "control_characters",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, Code, ("Authorization", Basic("demo-web:%00")))),
        new(
            "client_authentication_repeated",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, Code + Credentials, ("Authorization", Basic("demo-web:demo-web-secret")))),
        new("client_id_missing", "token", "invalid_client", 401, stage => stage.PostAsync(Token, Code)),
        new("client_id_contradicts", "token", "invalid_request", 400, stage =>
            stage.PostAsync(Token, Code + "&client_id=other", ("Authorization", Basic("demo-web:demo-web-secret")))),
        new("client_unknown", "token", "invalid_client", 401, stage =>
            stage.PostAsync(Token, Code + "&client_id=nobody&client_secret=guess")) { Audit = "client_refused" },
        new("client_secret_missing", "refresh", "invalid_client", 401, stage => stage.PostAsync(
            "/oauth/refresh",
            "refresh_token=x&client_id=demo-web")) { Client = TestData.Web, Audit = "client_refused" },
        new("client_secret_wrong", "revoke", "invalid_client", 401, stage => stage.PostAsync(
            Revoke,
            "token=x&client_id=demo-web&client_secret=guess")) { Client = TestData.Web, Audit = "client_refused" },
        new("public_client_with_secret", "token", "invalid_client", 401, stage => stage.PostAsync(
            Token, Code + Native + "&client_secret=x")) { Client = TestData.Native, Audit = "client_refused" },
        new("client_secret_guesses_exhausted", "token", "too_many_requests", 429, async stage =>
        {
            var server = await stage.AnotherAsync(new() { ["RateLimiting:ClientSecrets:PermitLimit"] = "1" });
            await PostAsync(server, Token, Code + "&client_id=demo-web&client_secret=guess");
            return await PostAsync(server, Token, Code + "&client_id=demo-web&client_secret=guess-again");
        }) { Client = TestData.Web },
    ];

    private static IEnumerable<RefusalCase> Codes =>
    [
        new(
            "grant_type_missing",
            "token",
            "invalid_request",
            400,
            stage => stage.PostAsync(Token, "code=x" + Credentials)),
        Known(
            "grant_type_unsupported",
            "unsupported_grant_type",
            stage => stage.PostAsync(Token, "grant_type=password" + Credentials)),
        Known("grant_type_not_registered", "unauthorized_client", stage => stage.PostAsync(
            Token, Code + "&client_id=no-codes&client_secret=demo-web-secret")) with { Client = "no-codes" },
        Known(
            "code_missing",
            "invalid_request",
            stage => stage.PostAsync(Token, "grant_type=authorization_code" + Credentials)),
        Known(
            "code_verifier_malformed",
            "invalid_request",
            stage => stage.PostAsync(Token, Code + "&code_verifier=short" + Credentials)),
        Known("code_unknown", "invalid_grant", stage => stage.RedeemAsync("unknown")),
        Known(
            "code_of_another_client",
            "invalid_grant",
            async stage => await stage.RedeemAsync(
                await stage.CodeAsync(),
                "&code_verifier=" + AuthorizationAsk.Verifier + Other)) with { Client = TestData.OtherWeb },
        Known(
            "code_redirect_uri_mismatch",
            "invalid_grant",
            async stage =>
                await stage.RedeemAsync(
                    await stage.CodeAsync(),
                    "&redirect_uri=https%3A%2F%2Fc.example%2Fcb%2F&code_verifier=" + AuthorizationAsk.Verifier
                        + Credentials)),
        Known(
            "code_verifier_missing",
            "invalid_grant",
            async stage => await stage.RedeemAsync(await stage.CodeAsync(), Credentials)),
        Known("code_verifier_wrong", "invalid_grant", async stage =>
            await stage.RedeemAsync(await stage.CodeAsync(), "&code_verifier=" + new string('x', 43) + Credentials)),
        Known(
            "code_verifier_without_challenge",
            "invalid_request",
            async stage => await stage.RedeemAsync(
                await stage.UnboundCodeAsync(),
                "&code_verifier=" + AuthorizationAsk.Verifier + Legacy)) with { Client = TestData.Legacy },
        Known("redirect_uri_missing", "invalid_request", async stage =>
            await stage.RedeemAsync(await stage.UnboundCodeAsync(), Legacy)) with { Client = TestData.Legacy },
        Known("code_reused", "invalid_grant", async stage =>
        {
            var code = await stage.CodeAsync();
            await stage.RedeemAsync(code);
            return await stage.RedeemAsync(code);
        }),
        Known(
            "resource_several",
            "invalid_target",
            async stage =>
                await stage.RedeemAsync(
                    await stage.CodeAsync(OfBoth),
                    Verified + "&resource=" + ResourceServer.Files + "&resource=" + ResourceServer.Mail)),
        Known(
            "resource_missing",
            "invalid_target",
            async stage => await stage.RedeemAsync(await stage.CodeAsync(OfBoth))),
        Known("resource_exceeds_grant", "invalid_target", async stage =>
            await stage.RedeemAsync(await stage.CodeAsync(), Verified + "&resource=" + ResourceServer.Files)),
        Known("code_revoked", "invalid_grant", async stage =>
        {
            var code = await stage.CodeAsync();
            await stage.Server.Database.ExecuteAsync(
                "UPDATE oauth_authorization_codes SET revoked_at = now() WHERE code = $1", Handle.Hash(code));
            return await stage.RedeemAsync(code);
        }),
        Known("code_expired", "invalid_grant", async stage =>
        {
            var code = await stage.CodeAsync();
            await stage.Server.Database.AgeAsync(TimeSpan.FromMinutes(11));
            return await stage.RedeemAsync(code);
        }),
        Known("account_disabled", "invalid_grant", async stage =>
        {
            var (id, email) = await stage.AddPersonAsync();
            using var browser = new TestBrowser(stage.Server);
            await browser.SignInAsync(email);
            var code = await stage.CodeAsync(browser: browser);
            await stage.Server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", id);
            return await stage.RedeemAsync(code);
        }),
    ];

    private static IEnumerable<RefusalCase> RefreshTokens =>
    [
        Refresh(
            "refresh_token_missing",
            "invalid_request",
            stage => stage.PostAsync("/oauth/refresh", "x=y" + Credentials)),
        Refresh("refresh_token_unknown", "invalid_grant", stage => stage.RefreshAsync("unknown")),
        Refresh("refresh_token_of_another_client", "invalid_grant", async stage =>
            await stage.RefreshAsync(await stage.RefreshTokenAsync(), Other)) with { Client = TestData.OtherWeb },
        Refresh(
            "scope_malformed",
            "invalid_scope",
            async stage => await stage.RefreshAsync(await stage.RefreshTokenAsync(), "&scope=a%22b" + Credentials)),
        Refresh(
            "scope_exceeds_grant",
            "invalid_scope",
            async stage => await stage.RefreshAsync(await stage.RefreshTokenAsync(), "&scope=write" + Credentials)),
        Refresh("scope_of_another_resource", "invalid_scope", async stage =>
            await stage.RefreshAsync(
                await stage.RefreshTokenAsync(OfBoth, "&resource=" + ResourceServer.Files),
                $"&scope=mail.read&resource={ResourceServer.Files}{Credentials}")),
        Refresh("refresh_repeat_differs", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            var server = await stage.AnotherAsync(new() { ["OAuth:RefreshRetryWindow"] = "00:01:00" });
            await PostAsync(server, "/oauth/refresh", $"refresh_token={token}{Credentials}");
            return await PostAsync(server, "/oauth/refresh", $"refresh_token={token}&scope=read{Credentials}");
        }),
        Refresh("scope_withdrawn", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            const string change = "UPDATE oauth_refresh_tokens SET scope = 'taken-away' WHERE family = $1";
            await stage.Server.Database.ExecuteAsync(change, RefreshTokenValue.FamilyKey(token));
            return await stage.RefreshAsync(token);
        }),
        Refresh("device_changed", "invalid_grant", async stage =>
            await stage.RefreshAsync(await stage.RefreshTokenAsync(), Credentials, ("User-Agent", "another"))),
        Refresh("refresh_token_reused", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            await stage.RefreshAsync(token);
            return await stage.RefreshAsync(token);
        }),
        Refresh("refresh_repeats_exhausted", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            await stage.Server.Database.ExecuteAsync(
                "UPDATE oauth_clients SET max_refresh_repeats = 1 WHERE client_id = $1", TestData.Web);
            var server = await stage.AnotherAsync(new() { ["OAuth:RefreshRetryWindow"] = "00:01:00" });
            await stage.Server.Database.ExecuteAsync(
                "UPDATE oauth_refresh_tokens SET repeats_in_a_row = 1, repeated = true WHERE family = $1",
                RefreshTokenValue.FamilyKey(token));
            var body = $"refresh_token={token}{Credentials}";
            await PostAsync(server, "/oauth/refresh", body);
            var refused = await PostAsync(server, "/oauth/refresh", body);
            await stage.Server.Database.ExecuteAsync(
                "UPDATE oauth_clients SET max_refresh_repeats = NULL WHERE client_id = $1", TestData.Web);
            return refused;
        }),
        Refresh("refresh_token_revoked", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            await stage.PostAsync(Revoke, $"token={token}{Credentials}");
            return await stage.RefreshAsync(token);
        }),
        Refresh("refresh_token_expired", "invalid_grant", async stage =>
        {
            var token = await stage.RefreshTokenAsync();
            await stage.Server.Database.AgeAsync(TimeSpan.FromDays(8));
            return await stage.RefreshAsync(token);
        }),
    ];

    private static IEnumerable<RefusalCase> Revocations =>
    [
        new("token_missing", "revoke", "invalid_request", 400, stage => stage.PostAsync(Revoke, "x=y" + Credentials)),
        new(
            "token_of_another_client",
            "revoke",
            "invalid_grant",
            400,
            async stage => await stage.PostAsync(Revoke, $"token={await stage.RefreshTokenAsync()}{Other}"))
        {
            Client = TestData.OtherWeb,
            Audit = "revocation_refused",
        },
        new("introspection_by_public_client", "introspect", "invalid_client", 401, stage => stage.PostAsync(
            "/oauth/introspect", "token=x" + Native)) { Client = TestData.Native, Audit = "client_refused" },
        new("access_token_revocation_off", "revoke", "unsupported_token_type", 400, stage => stage.PostAsync(
            Revoke, "token=a.b.c" + Credentials)) { Client = TestData.Web, Audit = "revocation_refused" },
    ];

    private static IEnumerable<RefusalCase> Around =>
    [
        new("signing_key_missing", "token", "temporarily_unavailable", 503, async stage =>
            await PostAsync(await stage.KeylessAsync(), Token, Code + Credentials)) { Client = TestData.Web },
        new("signing_failed", "token", "temporarily_unavailable", 503, async stage =>
            await PostAsync(
                await stage.UnsigningAsync(),
                Token,
                $"grant_type=authorization_code&code={await stage.CodeAsync()}"
                    + $"&code_verifier={AuthorizationAsk.Verifier}{Credentials}"))
        {
            Client = TestData.Web,
            Audit = "token_refused",
        },
        new("dependency_away", "token", "temporarily_unavailable", 503, async stage =>
            await PostAsync(await stage.FailingAsync("oauth_authorization_codes", "53300"), Token, Code + Credentials)),
        new(
            "unexpected_error",
            "refresh",
            "server_error",
            500,
            async stage =>
                await PostAsync(
                    await stage.BuggyAsync(), "/oauth/refresh", "refresh_token=" + new string('A', 70) + Credentials)),
        new("address_budget", "token", "too_many_requests", 429, async stage =>
        {
            var server = await stage.AnotherAsync(new() { ["RateLimiting:Token:PermitLimit"] = "1" });
            await PostAsync(server, Token, Code);
            // The first request that is turned away is told by the row of the budget.
            await PostAsync(server, Token, Code);
            return await PostAsync(server, Token, Code);
        }),
        new("https_required", "none", "invalid_request", 400, async stage =>
        {
            using var direct = stage.Server.CreateDirectClient();
            return await RefusedAnswer.ReadAsync(await direct.GetAsync(new Uri("/oauth/authorize", UriKind.Relative)));
        }),
        new("route_unknown", "none", "invalid_request", 404, stage => stage.GetAsync("/nowhere")) { Form = Form.Bare },
        new("method_not_allowed", "none", "invalid_request", 405, stage => stage.GetAsync(Token)) { Form = Form.Bare },
    ];

    private static RefusalCase Known(string reason, string error, Func<RefusalStage, Task<RefusedAnswer>> provoke) =>
        new(reason, "token", error, 400, provoke) { Client = TestData.Web, Audit = "token_refused" };

    private static RefusalCase Refresh(string reason, string error, Func<RefusalStage, Task<RefusedAnswer>> provoke) =>
        Known(reason, error, provoke) with { Endpoint = "refresh" };

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(pair));
}
