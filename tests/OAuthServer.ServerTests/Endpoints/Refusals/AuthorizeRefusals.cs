using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>The causes of refusal at the authorization endpoint.</summary>
internal static class AuthorizeRefusals
{
    public static IEnumerable<RefusalCase> All =>
    [
        new(
            "query_malformed",
            "authorize",
            "invalid_request",
            400,
            stage => stage.SendRawAsync("GET /oauth/authorize?client_id=%zz", "\r\n")) { Form = Form.ErrorPage },
        new(
            "redirect_uri_ambiguous",
            "authorize",
            "invalid_redirect_uri",
            400,
            stage => stage.AskAsync(AuthorizationAsk.For(TestData.OtherWeb, null)))
        {
            Form = Form.ErrorPage,
            Client = TestData.OtherWeb,
            Audit = "authorization_refused",
        },
        new(
            "redirect_uri_unregistered",
            "authorize",
            "invalid_redirect_uri",
            400,
            stage => stage.AskAsync(AuthorizationAsk.For(TestData.Web, "https://c.example/cb/")))
        {
            Form = Form.ErrorPage,
            Client = TestData.Web,
            Audit = "authorization_refused",
        },
        Told("state_unreadable", "invalid_request", ask => ask.With("state", new string('s', 2049))),
        Told("request_object", "request_not_supported", ask => ask.With("request", "x")),
        Told("request_uri", "request_uri_not_supported", ask => ask.With("request_uri", "urn:x")),
        new(
            "request_uri_dead",
            "authorize",
            "invalid_request_uri",
            400,
            stage => stage.GetAsync(Pushing.Visit("urn:ietf:params:oauth:request_uri:x"))) { Form = Form.ErrorPage },
        new("request_not_pushed", "authorize", "invalid_request", 303, async stage =>
        {
            var server = await stage.AnotherAsync(new() { ["OAuth:RequirePushedAuthorizationRequests"] = "true" });
            using var browser = new TestBrowser(server);
            return await RefusedAnswer.ReadAsync(await browser.GetAsync(new AuthorizationAsk().Path));
        }) { Form = Form.Redirect, Client = TestData.Web, Audit = "authorization_refused" },
        Told("response_type_missing", "invalid_request", ask => ask.With("response_type", null)),
        Told("response_type_unsupported", "unsupported_response_type", ask => ask.With("response_type", "token")),
        Told("response_mode_unsupported", "invalid_request", ask => ask.With("response_mode", "fragment")),
        Told("scope_not_allowed", "invalid_scope", ask => ask.With("scope", "admin")),
        Told("resource_malformed", "invalid_target", ask => ask.With("resource", "relative")),
        Told("resource_unknown", "invalid_target", ask => ask.With("resource", "https://unknown.example")),
        Told("resource_not_allowed", "invalid_target", ask => ask.With("resource", ResourceServer.Closed)),
        Told(
            "resource_without_scope",
            "invalid_scope",
            ask => ask.With("scope", "files:read")
                .With("resource", ResourceServer.Files)
                .Adding("resource", ResourceServer.Mail)),
        new("resource_default_missing", "authorize", "invalid_target", 303, async stage =>
        {
            var server = await stage.AnotherAsync([], ownDatabase: true);
            await server.Database.ExecuteAsync("UPDATE oauth_resources SET is_default = false");
            RefusedAnswer? answer = null;
            await Eventually.BecomesTrue(async () =>
            {
                answer = await RefusedAnswer.ReadAsync(
                    await server.Http.GetAsync(new Uri(new AuthorizationAsk().Path, UriKind.Relative)));
                return answer.Location!.Contains("error=", StringComparison.Ordinal);
            }, TimeSpan.FromSeconds(15), "there is no default");
            return answer!;
        }) { Form = Form.Redirect, Client = TestData.Web },
        Told("code_challenge_missing", "invalid_request", ask => ask.With("code_challenge", null)),
        Told("code_challenge_malformed", "invalid_request", ask => ask.With("code_challenge", "short")),
        Told("code_challenge_method_unsupported", "invalid_request", ask => ask.With("code_challenge_method", "plain")),
        Told("prompt_unsupported", "invalid_request", ask => ask.With("prompt", "none login")),
        Told(
            "request_too_long",
            "invalid_request",
            ask => ask.With("nonce", new string('n', 4000)).With("login_hint", new string('h', 4000))),
        Told("login_required", "login_required", ask => ask.With("prompt", "none")),
        new("consent_required", "authorize", "consent_required", 303, async stage =>
            await RefusedAnswer.ReadAsync(
                await stage.Alice.GetAsync(
                    AuthorizationAsk.For("reader-web", "https://reader.example/cb").With("prompt", "none").Path)))
        {
            Form = Form.Redirect,
            Client = "reader-web",
            Audit = "authorization_refused",
        },
        new(
            "access_denied",
            "authorize",
            "access_denied",
            303,
            stage => stage.GetAsync(
                new AuthorizationAsk().Path.Replace("/authorize?", "/authorize/cancel?", StringComparison.Ordinal)))
        {
            Form = Form.Redirect,
            Client = TestData.Web,
            Audit = "authorization_refused",
        },
    ];

    private static RefusalCase Told(string reason, string error, Func<AuthorizationAsk, AuthorizationAsk> wrong) =>
        new(reason, "authorize", error, 303, stage => stage.AskAsync(wrong(new AuthorizationAsk())))
        {
            Form = Form.Redirect,
            Client = TestData.Web,
            Audit = "authorization_refused",
        };
}
