using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>
/// The causes of refusal of OpenID Connect: at the authorization endpoint, and at the userinfo endpoint.
/// </summary>
internal static class OpenIdRefusals
{
    public static IEnumerable<RefusalCase> All =>
    [
        new(
            "redirect_uri_not_sent",
            "authorize",
            "invalid_redirect_uri",
            400,
            stage => stage.AskAsync(OpenIdAsks.For().With("redirect_uri", null)))
        {
            Form = Form.ErrorPage,
            Client = OpenIdAsks.Client,
            Audit = "authorization_refused",
        },
        Told("max_age_malformed", "invalid_request", ask => ask.With("max_age", "soon")),
        Told("claims_malformed", "invalid_request", ask => ask.With("claims", "{")),
        Told("id_token_hint_unusable", "invalid_request", ask => ask.With("id_token_hint", "x")),
        Told(
            "level_out_of_reach",
            "unmet_authentication_requirements",
            ask => ask.With("claims", """{"id_token": {"acr": {"essential": true, "value": "gold"}}}""")),
        Asked("bearer_token_missing", "missing_token", 401, null),
        Asked("bearer_token_malformed", "invalid_request", 400, _ => Task.FromResult("a b")),
        Asked("bearer_token_unusable", "invalid_token", 401, _ => Task.FromResult("abc")),
        Asked(
            "bearer_token_of_no_person",
            "insufficient_scope",
            403,
            async stage => (await stage.Server.TokensAsync()).AccessToken!),
    ];

    private static RefusalCase Told(string reason, string error, Func<AuthorizationAsk, AuthorizationAsk> wrong) =>
        new(reason, "authorize", error, 303, stage => stage.AskAsync(wrong(OpenIdAsks.For())))
        {
            Form = Form.Redirect,
            Client = OpenIdAsks.Client,
            Audit = "authorization_refused",
        };

    private static RefusalCase Asked(
        string reason, string error, int status, Func<RefusalStage, Task<string>>? token) =>
        new(reason, "userinfo", error, status, async stage =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/oauth/userinfo", UriKind.Relative));
            if (token is not null)
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + await token(stage));
            return await RefusedAnswer.ReadAsync(await stage.Server.Http.SendAsync(request));
        });
}
