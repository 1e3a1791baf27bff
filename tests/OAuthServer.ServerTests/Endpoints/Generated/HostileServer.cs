using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Generated;

/// <summary>A server in which Alice is signed in, and requests to each of its routes that it answers well.</summary>
public sealed class HostileServer : OwnServer
{
    /// <summary>How many codes, refresh tokens and consent forms there are: so many picks go well at first.</summary>
    public const int Codes = 40;

    private static readonly string Basic = "Basic "
        + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{TestData.Web}:{TestData.Secret}"));

    /// <summary>Settings of another provider; the way to it takes no call.</summary>
    internal static IReadOnlyDictionary<string, string?> Provider { get; } = new Dictionary<string, string?>
    {
        ["ExternalProviders:Providers:0:Name"] = "github",
        ["ExternalProviders:Providers:0:DisplayName"] = "GitHub",
        ["ExternalProviders:Providers:0:Kind"] = "GitHub",
        ["ExternalProviders:Providers:0:ClientId"] = "us",
        ["ExternalProviders:Providers:0:ClientSecret"] = "a secret there",
    };

    private TestBrowser _browser = null!;

    /// <summary>
    /// Two thirds of them succeed when they are not spoilt; the passwords do not, so that Alice keeps hers.
    /// </summary>
    internal IReadOnlyList<HostileEndpoint> Endpoints { get; private set; } = [];

    // However many cases there are, the budgets do not end them.
    protected override TestServerOptions Options => new()
    {
        Services = services => services.AddSingleton<TimeProvider>(new HurriedTime()),
        Settings = new Dictionary<string, string?>
        {
            // As long as the codes: on a busy machine one round of all routes takes more than its 90 seconds.
            ["OAuth:PushedRequestLifetime"] = "00:10:00",
            ["RateLimiting:Authorize:Window"] = "00:00:01",
            ["RateLimiting:Token:Window"] = "00:00:01",
            ["RateLimiting:Revoke:Window"] = "00:00:01",
            ["RateLimiting:Revocations:Window"] = "00:00:01",
            ["RateLimiting:SignIn:Window"] = "00:00:01",
            ["Serilog:MinimumLevel:Default"] = "Error",
        }.Concat(Provider).ToDictionary(),
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (!IsRun) return;
        _browser = new TestBrowser(Server);
        await _browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"));
        await _browser.AuthorizeAsync(Native);
        await _browser.AuthorizeAsync(OpenIdAsks.For("openid read"));
        Endpoints = [.. await AuthorizeAsync(), .. await TokensAsync(), .. await AccountsAsync(), .. Public()];
    }

    public override async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        await base.DisposeAsync();
    }

    private static AuthorizationAsk Native => AuthorizationAsk.For(TestData.Native, TestData.NativeRedirectUri);

    private Part Cookie => new("Cookie", string.Join("; ", _browser.Cookies.Select(c => $"{c.Key}={c.Value}")));

    private async Task<IReadOnlyList<HostileEndpoint>> AuthorizeAsync()
    {
        Part[] request =
        [
            .. new AuthorizationAsk().Parameters.Select(p => new Part(p.Key, p.Value)), new("response_mode"),
            new("prompt"), new("nonce"), new("request"), new("request_uri"), new("login_hint"), new("resource"),
            new("authorization_details"),
            new("max_age"), new("claims"), new("id_token_hint"), new("acr_values"), new("ui_locales"),
            new("interaction"),
        ];
        Part[] asking = [.. request.Select(p => p.Name == "prompt" ? new Part(p.Name, "consent") : p)];
        var forms = new TestForm[Codes];
        for (var i = 0; i < Codes; i++)
            forms[i] = await TestBrowser.FormAsync(
                await _browser.GetAsync(new AuthorizationAsk().With("prompt", "consent").Path),
                "/oauth/authorize/consent");
        return
        [
            new("GET", "/oauth/authorize", request, [Cookie]),
            new("GET", "/oauth/authorize", request, []),
            new(
                "GET",
                "/oauth/authorize",
                [.. OpenIdAsks.For("openid read").Parameters.Select(p => new Part(p.Key, p.Value)), .. OpenId],
                [Cookie]),
            new("GET", "/oauth/authorize", asking, [Cookie]),
            new("POST", "/oauth/authorize", request, [Cookie]),
            new("GET", "/oauth/authorize/cancel", request, [Cookie]),
            new("POST", "/oauth/par", [.. request, new("client_secret")], [new("Authorization", Basic)]),
            new(
                "GET",
                "/oauth/authorize",
                [new("client_id", TestData.Web), new("request_uri", await PushedAsync()), new("scope")],
                [Cookie]),
            new(
                "POST",
                "/oauth/authorize/consent",
                [
                    new("ticket", [.. forms.Select(f => f.Fields["ticket"])]),
                    new("antiforgery", forms[0].Fields["antiforgery"]),
                    new("decision", "allow"),
                ],
                [Cookie]),
        ];
    }

    private static Part[] OpenId =>
    [
        new("response_mode", "form_post"), new("max_age", "100000"), new("nonce", "n"), new("acr_values", "1fa"),
        new("claims", """{"userinfo": {"name": null}}"""), new("id_token_hint"), new("login_hint", TestData.Email),
    ];

    private async Task<IReadOnlyList<HostileEndpoint>> TokensAsync()
    {
        Part bearer = new(
            "Authorization",
            "Bearer " + (await _browser.TokensAsync(Server, OpenIdAsks.For("openid read"))).AccessToken);
        var (web, native) = (
            new Part("code", await CodesAsync(new AuthorizationAsk())), new Part("code", await CodesAsync(Native)));
        var (webTokens, nativeTokens) = (
            await RefreshTokensAsync(new AuthorizationAsk(), TestData.Web),
            await RefreshTokensAsync(Native, TestData.Native));
        Part[] assertion = [new("client_assertion"), new("client_assertion_type"), new("resource"), new("x")];
        Part[] secret = [new("client_id"), new("client_secret")];
        Part[] id = [new("client_id", TestData.Native), new("client_secret")];
        Part[] basic = [new("Authorization", Basic)];
        Part[] code =
        [
            new("grant_type", "authorization_code"),
            new("code_verifier", AuthorizationAsk.Verifier),
            new("scope"),
            .. assertion,
        ];
        Part[] refresh = [new("grant_type", "refresh_token"), new("scope", "read"), .. assertion];
        return
        [
            new("POST", "/oauth/token", [.. code, web, new("redirect_uri", TestData.WebRedirectUri), .. secret], basic),
            new("POST", "/oauth/token", [.. code, native, new("redirect_uri", TestData.NativeRedirectUri), .. id], []),
            new("POST", "/oauth/token", [.. refresh, new("refresh_token", webTokens), .. secret], basic),
            new("POST", "/oauth/refresh", [.. refresh, new("refresh_token", nativeTokens), .. id], []),
            new("POST", "/oauth/refresh", [.. refresh, new("refresh_token", webTokens), .. secret], basic),
            new("GET", "/oauth/userinfo", [new("access_token")], [bearer]),
            new("POST", "/oauth/userinfo", [new("access_token"), new("x", "y")], [bearer]),
            new(
                "POST",
                "/oauth/introspect",
                [new("token", webTokens), new("token_type_hint", "refresh_token"), .. assertion, .. secret],
                basic),
            new(
                "POST",
                "/oauth/revoke",
                [new("token", webTokens), new("token_type_hint", "refresh_token"), .. assertion, .. secret],
                basic),
            new(
                "POST",
                "/oauth/revoke",
                [new("token", nativeTokens), new("token_type_hint", "access_token"), .. assertion, .. id],
                []),
        ];
    }

    private async Task<IReadOnlyList<HostileEndpoint>> AccountsAsync()
    {
        var back = new AuthorizationAsk().Path;
        using var stranger = new TestBrowser(Server);
        var signIn = await TestBrowser.FormAsync(
            await stranger.GetAsync("/account/sign-in?returnUrl=" + Uri.EscapeDataString(back)), "/account/sign-in");
        Part strangersCookie = new("Cookie", string.Join("; ", stranger.Cookies.Select(c => $"{c.Key}={c.Value}")));
        var antiforgery = new Part(
            "antiforgery",
            (await TestBrowser.FormAsync(
                await _browser.GetAsync("/account/password"), "/account/password")).Fields["antiforgery"]);
        Part[] bodies = [new("returnUrl", back), new("reauthenticate", "true"), new("x")];
        return
        [
            new("GET", "/account/sign-in", bodies, [Cookie]),
            new("GET", "/account/sign-in", [new("returnUrl", back), new("reauthenticate", "another")], [Cookie]),
            new("GET", "/account/sign-in", bodies, []),
            new(
                "POST",
                "/account/sign-in",
                [
                    new("antiforgery", signIn.Fields["antiforgery"]),
                    new("returnUrl", back),
                    new("email", TestData.Email),
                    new("password"),
                    new("keep", "true"),
                ],
                [strangersCookie]),
            new("GET", "/account/sign-out", [new("x")], [Cookie]),
            // What ends Alice's session is sent by who has none: the others need it.
            new("POST", "/account/sign-out", [antiforgery, new("x")], [strangersCookie]),
            new(
                "GET",
                "/oauth/logout",
                [
                    new("id_token_hint"),
                    new("client_id", TestData.Web),
                    new("post_logout_redirect_uri", TestData.WebRedirectUri),
                    new("state", "s"),
                    new("logout_hint"),
                    new("ui_locales"),
                ],
                [Cookie]),
            new(
                "POST",
                "/oauth/logout",
                [
                    new("id_token_hint"),
                    new("client_id", TestData.Web),
                    new("post_logout_redirect_uri"),
                    new("state", "s"),
                ],
                []),
            new(
                "POST",
                "/oauth/logout/confirm",
                [antiforgery, new("client_id", TestData.Web), new("post_logout_redirect_uri"), new("state", "s")],
                [strangersCookie]),
            new("GET", "/account/sessions", [new("done", "ended")], [Cookie]),
            new(
                "POST",
                "/account/sessions/end",
                [antiforgery, new("session", "5e551011-0000-4000-8000-000000000001"), new("x")],
                [Cookie]),
            new("POST", "/account/sessions/end-others", [antiforgery, new("x")], [Cookie]),
            new("POST", "/account/sessions/end-all-access", [antiforgery, new("x")], [strangersCookie]),
            new("GET", "/account/connections", [new("done", "withdrawn")], [Cookie]),
            new(
                "POST",
                "/account/connections/withdraw",
                [antiforgery, new("client_id", TestData.OtherWeb), new("x")],
                [Cookie]),
            new("GET", "/account/email", [new("done", "asked")], [Cookie]),
            new("POST", "/account/email", [antiforgery, new("email", "new@example.com"), new("x")], [Cookie]),
            new("POST", "/account/email/send", [antiforgery, new("x")], [Cookie]),
            new("GET", "/account/email/confirm", [await LinkAsync("confirmation", true), new("x")], [Cookie]),
            new("POST", "/account/email/confirm", [antiforgery, new("token", "unknown"), new("x")], [Cookie]),
            new("GET", "/account/delete", [new("done", "deleted")], [Cookie]),
            // Alice is not deleted: who sends it has no session.
            new("POST", "/account/delete", [antiforgery, new("sure", "true")], [strangersCookie]),
            new("GET", "/account/data", [new("x")], [Cookie]),
            new("POST", "/account/data", [antiforgery, new("x")], [strangersCookie]),
            .. await MailedAsync(new Part("antiforgery", signIn.Fields["antiforgery"]), strangersCookie),
            new("GET", "/account/sign-in/factor", [new("returnUrl", back), new("with", "recovery")], [Cookie]),
            new(
                "POST",
                "/account/sign-in/factor",
                [
                    new("antiforgery", signIn.Fields["antiforgery"]),
                    new("returnUrl", back),
                    new("code", "123456"),
                    new("with"),
                    new("remember", "true"),
                ],
                [strangersCookie]),
            new("GET", "/account/factors", [new("done", "app")], [Cookie]),
            new("GET", "/account/factors/app", [new("returnUrl", back)], [Cookie]),
            new(
                "POST",
                "/account/factors/app",
                [antiforgery, new("returnUrl", back), new("ticket"), new("code", "123456")],
                [Cookie]),
            new("POST", "/account/factors/app/remove", [antiforgery, new("x")], [Cookie]),
            new("POST", "/account/factors/recovery-codes", [antiforgery, new("x")], [Cookie]),
            new("POST", "/account/factors/forget-browsers", [antiforgery, new("x")], [Cookie]),
            new("GET", "/account", [new("ui_locales"), new("x")], [Cookie, new("Accept-Language", "de")]),
            new("GET", "/account/profile", [new("done", "saved"), new("ui_locales", "de")], [Cookie]),
            new(
                "POST",
                "/account/profile",
                [
                    antiforgery,
                    new("name"),
                    new("birthdate"),
                    new("website"),
                    new("locale", "de"),
                    new("phone_number"),
                    new("zoneinfo"),
                ],
                [Cookie]),
            new("GET", "/account/passkeys", [new("done", "added")], [Cookie]),
            new(
                "POST",
                "/account/passkeys",
                [antiforgery, new("ticket"), new("credential", "{}"), new("name", "phone")],
                [Cookie]),
            new("POST", "/account/passkeys/remove", [antiforgery, new("passkey", "AAAA")], [Cookie]),
            new(
                "POST",
                "/account/passkeys/sign-in",
                [
                    new("antiforgery", signIn.Fields["antiforgery"]),
                    new("returnUrl", back),
                    new("ticket"),
                    new("credential", "{}"),
                    new("keep", "true"),
                ],
                [strangersCookie]),
            new(
                "POST",
                "/account/external/sign-in",
                [new("antiforgery", signIn.Fields["antiforgery"]), new("returnUrl", back), new("provider", "github")],
                [strangersCookie]),
            new(
                "GET",
                "/account/external/github/callback",
                [new("state", "s"), new("code", "c"), new("iss"), new("error")],
                [strangersCookie]),
            new("GET", "/account/logins", [new("done", "added")], [Cookie]),
            new("POST", "/account/logins/add", [antiforgery, new("provider", "github")], [Cookie]),
            new("POST", "/account/logins/remove", [antiforgery, new("issuer", "https://github.com")], [Cookie]),
            new("POST", "/account/password/remove", [antiforgery, new("x")], [Cookie]),
            new("GET", "/account/password", [new("x")], [Cookie]),
            new(
                "POST",
                "/account/password",
                [antiforgery, new("current"), new("new", "N3w-passphrase!"), new("repeat", "n3w-passphrase!")],
                [Cookie]),
        ];
    }

    // The password that a link is to set is not the same twice, so the links stay.
    private async Task<IReadOnlyList<HostileEndpoint>> MailedAsync(Part antiforgery, Part cookie)
    {
        var (reset, registration) = (await LinkAsync("reset", true), await LinkAsync("registration", false));
        Part[] chosen = [antiforgery, new("new", "walrus lantern copper"), new("repeat", "walrus lantern tide")];
        return
        [
            new("GET", "/account/forgot", [new("done", "sent")], []),
            new("POST", "/account/forgot", [antiforgery, new("email", TestData.Email), new("x")], [cookie]),
            new("GET", "/account/register", [new("done")], []),
            new("POST", "/account/register", [antiforgery, new("email", "new@example.com"), new("x")], [cookie]),
            new("GET", "/account/reset", [reset, new("done")], []),
            new("POST", "/account/reset", [reset, .. chosen], [cookie]),
            new("GET", "/account/confirm", [registration, new("done")], []),
            new("POST", "/account/confirm", [registration, .. chosen], [cookie]),
        ];
    }

    private async Task<Part> LinkAsync(string kind, bool hasAccount)
    {
        var token = Handle.New();
        await Database.ExecuteAsync("""
            INSERT INTO account_tokens (hash, kind, account_id, security_stamp, address, normalized_address, expires_at)
            SELECT $1, $2, CASE WHEN $3 THEN id END, CASE WHEN $3 THEN security_stamp END, email, normalized_email,
                now() + interval '50 minutes'
            FROM accounts WHERE id = $4
            """, Handle.Hash(token), kind, hasAccount, TestData.AliceId);
        return new Part("token", token);
    }

    private static IEnumerable<HostileEndpoint> Public()
    {
        string[] routes =
        [
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-protected-resource/oauth/userinfo",
            "/account/form-post.js",
            "/account/page.js",
            "/account/passkeys.js",
            "/.well-known/change-password",
            "/oauth/revocations",
            "/account/site.css",
            "/account/app-logo",
            "/health/live",
            "/health/ready",
            "/health/documents",
        ];
        return routes.Select(route => new HostileEndpoint("GET", route, [new("v", "1"), new("since", "0")], []));
    }

    private async Task<string[]> PushedAsync()
    {
        var pushed = new string[Codes];
        for (var i = 0; i < Codes; i++) pushed[i] = (await Server.PushAsync(new AuthorizationAsk())).RequestUri();
        return pushed;
    }

    private async Task<string[]> CodesAsync(AuthorizationAsk ask)
    {
        var codes = new string[Codes];
        for (var i = 0; i < Codes; i++) codes[i] = (await _browser.AuthorizeAsync(ask)).Code!;
        return codes;
    }

    private async Task<string[]> RefreshTokensAsync(AuthorizationAsk ask, string client)
    {
        var (tokens, accessTokens) = (new List<string>(), new List<string>());
        foreach (var code in await CodesAsync(ask))
        {
            var reply = await Server.RedeemAsync(
                code, client, ask.Parameters.Single(p => p.Key == "redirect_uri").Value);
            tokens.Add(reply.RefreshToken!);
            accessTokens.Add(reply.AccessToken!);
        }

        return [.. tokens, .. accessTokens];
    }
}
