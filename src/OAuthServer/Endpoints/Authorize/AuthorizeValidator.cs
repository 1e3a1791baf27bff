using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>
/// Validates authorization requests: first the client and its redirect URI, which never lead to a redirect
/// (RFC 6749 §4.1.2.1), then everything that is reported to the client.
/// </summary>
internal sealed class AuthorizeValidator(
    ClientDirectory directory, SignInDemands demands, IOptions<OAuthOptions> options)
{
    // As a row may have it, and the port that a native client adds.
    private const int LongestRedirectUri = 2006;
    private const int LongestState = 2048;
    private const int LongestValue = 4096;

    /// <summary>The answer as a form that posts itself (OAuth 2.0 Form Post Response Mode).</summary>
    public const string FormPost = "form_post";

    // The request has to survive signing in, in a Location that proxies still pass on; the rest is for the issuer's
    // path.
    private const int LongestRequest = ReturnUrl.MaxLength - 512;

    private static readonly string[] OnceAtMost =
    [
        "state", "response_type", "scope", "code_challenge", "code_challenge_method", "response_mode", "prompt",
        "request", "request_uri", "nonce", "max_age", "id_token_hint", "acr_values", "claims", "display", "ui_locales",
        "claims_locales",
    ];

    private static readonly OAuthError NotPushed = OAuthError.InvalidRequest(
        "The request has to be pushed (RFC 9126); the metadata names the endpoint.", Reasons.RequestNotPushed);

    /// <summary>The request when it may go on; else the outcome that ends it.</summary>
    public async ValueTask<Result<AuthorizeRequest, AuthorizeOutcome>> ValidateAsync(
        Parameters parameters, RequestSource source, CancellationToken ct)
    {
        if ((await TrustAsync(parameters, source, ct)).Failed(out var untrusted, out var target))
            return new AuthorizeOutcome.Untrusted(untrusted);
        if (source == RequestSource.Query && MustPush(target.Client))
            return new AuthorizeOutcome.Refused(target, NotPushed);
        if (Check(target, parameters, source).Failed(out var refusal, out var request))
            return new AuthorizeOutcome.Refused(target, refusal);
        if ((await demands.ReadAsync(request)).Failed(out var unmet, out var demand))
            return new AuthorizeOutcome.Refused(target, unmet);
        return request with { Demand = demand };
    }

    private bool MustPush(Client client) =>
        client.MustPushRequests || options.Value.RequirePushedAuthorizationRequests;

    private async ValueTask<Result<RedirectTarget>> TrustAsync(
        Parameters parameters, RequestSource source, CancellationToken ct)
    {
        if (parameters.Repeated("client_id", "redirect_uri") is { } repeated)
            return OAuthError.InvalidRequest($"The parameter {repeated} is repeated.", Reasons.ParameterRepeated);
        if (parameters["client_id"] is not { } clientId)
            return OAuthError.InvalidRequest("The parameter client_id is missing.", Reasons.ClientIdMissing);
        if (!ClientId.IsReadable(clientId) || await directory.FindAsync(clientId, ct) is not { } client)
            return new OAuthError("invalid_client", "The client is not known here.", Reasons.ClientUnknown);
        var sent = parameters["redirect_uri"];
        var uri = sent ?? (client.RedirectUris.Count == 1 ? client.RedirectUris[0] : null);
        if (uri is null)
            return InvalidRedirectUri("The parameter redirect_uri is missing.", Reasons.RedirectUriAmbiguous, client);
        if (sent is null && PersonScopes.IsOpenId(parameters["scope"]))
        {
            return InvalidRedirectUri(
                "OpenID Connect asks for the parameter redirect_uri.", Reasons.RedirectUriNotSent, client);
        }

        if (uri.Length > LongestRedirectUri || !client.HasRedirectUri(uri))
        {
            var unregistered = InvalidRedirectUri(
                "The redirect_uri is not registered for this client.", Reasons.RedirectUriUnregistered, client);
            return unregistered with { Mismatch = client.Mismatch(uri) };
        }

        return new RedirectTarget(client, uri, sent is not null, EchoableState(parameters, source))
        {
            IsFormPost = IsFormPost(parameters, uri),
            UiLocales = parameters.Count("ui_locales") == 1 ? parameters["ui_locales"] : null,
        };
    }

    private static OAuthError InvalidRedirectUri(string description, string reason, Client client) =>
        new("invalid_redirect_uri", description, reason) { About = new(client.Id) };

    // A state that occurs twice, or could carry something into a header, is not echoed (RFC 6749 Appendix A.5).
    private static string? EchoableState(Parameters parameters, RequestSource source)
    {
        if (parameters.Count("state") != 1) return null;
        if (parameters["state"] is not { } state) return null;
        if (state.Length > (source == RequestSource.Pushed ? LongestValue : LongestState)) return null;
        return state.AsSpan().ContainsAnyExceptInRange(' ', '~') ? null : state;
    }

    private static Result<AuthorizeRequest> Check(RedirectTarget target, Parameters parameters, RequestSource source)
    {
        var client = target.Client;
        if (ReadabilityFault(target, parameters) is { } unreadable) return unreadable;
        if (ResponseFault(target, parameters) is { } unsupported) return unsupported;
        var isPrompt = Prompts.TryParse(parameters["prompt"], out var prompt);
        if (AskedAccess.Read(client, parameters, prompt).Failed(out var unscoped, out var asked)) return unscoped;
        if (ChallengeFault(client, parameters) is { } fault) return fault;
        if (!isPrompt)
        {
            return OAuthError.InvalidRequest(
                "The prompt is unknown or contradicts itself.", Reasons.PromptUnsupported);
        }

        if (ReadClaims(client, asked.Scope, parameters["claims"]).Failed(out var unclaimed, out var claims))
            return unclaimed;
        var carried = source == RequestSource.Pushed ? 0 : parameters.ToQuery(Interactions.Parameter).Length;
        if (carried > LongestRequest)
            return OAuthError.InvalidRequest("The request is too long.", Reasons.RequestTooLong);
        return new AuthorizeRequest(target, asked.Scope, parameters["code_challenge"], prompt, parameters)
        {
            Resources = asked.Resources,
            Claims = claims,
            Nonce = asked.Scope.Has(PersonScopes.OpenId) ? parameters["nonce"] : null,
            LoginHint = parameters.Count("login_hint") == 1 ? parameters["login_hint"] : null,
        };
    }

    // Of OpenID requests alone; of what the client may not have by a scope, it gets nothing this way either.
    private static Result<ClaimsRequest> ReadClaims(Client client, Scope scope, string? text)
    {
        if (text is null || !scope.Has(PersonScopes.OpenId)) return ClaimsRequest.None;
        if (!ClaimsRequest.TryParse(text, out var claims))
        {
            return OAuthError.InvalidRequest(
                "The claims are no JSON of the form of OpenID Connect Core section 5.5.", Reasons.ClaimsMalformed);
        }

        return claims.IsOutOfReach
            ? new OAuthError(
                "unmet_authentication_requirements",
                "Nobody can sign in here with a level that claims calls essential.",
                Reasons.LevelOutOfReach)
            : claims.Among(client.Scopes);
    }

    // Browsers post to web addresses alone.
    private static bool IsFormPost(Parameters parameters, string uri) =>
        parameters.Count("response_mode") == 1 && parameters["response_mode"] == FormPost && RedirectUri.IsWeb(uri);

    private static OAuthError? ReadabilityFault(RedirectTarget target, Parameters parameters)
    {
        if (parameters.Repeated(OnceAtMost) is { } repeated)
            return OAuthError.InvalidRequest($"The parameter {repeated} is repeated.", Reasons.ParameterRepeated);
        if (parameters["state"] is not null && target.State is null)
            return OAuthError.InvalidRequest("The state is too long or not printable ASCII.", Reasons.StateUnreadable);
        if (parameters["request"] is not null)
        {
            return new OAuthError(
                "request_not_supported", "Request objects are not supported.", Reasons.RequestObject);
        }

        if (parameters["request_uri"] is not null)
        {
            return new OAuthError(
                "request_uri_not_supported", "Request objects are not supported.", Reasons.RequestUri);
        }

        if (!parameters.HasUnreadable(LongestValue, "state", "scope")) return null;
        return OAuthError.InvalidRequest(
            "A parameter is too long or has control characters.", Reasons.ParameterUnreadable);
    }

    private static OAuthError? ResponseFault(RedirectTarget target, Parameters parameters)
    {
        if (parameters["response_type"] is not { } responseType)
            return OAuthError.InvalidRequest("The parameter response_type is missing.", Reasons.ResponseTypeMissing);
        if (responseType != "code")
        {
            return new OAuthError(
                "unsupported_response_type", "Only response_type=code is supported.", Reasons.ResponseTypeUnsupported);
        }

        if (!target.Client.Allows(GrantTypes.AuthorizationCode))
        {
            return new OAuthError(
                "unauthorized_client",
                "The client may not use the authorization code grant.",
                Reasons.GrantTypeNotRegistered);
        }

        if (parameters["response_mode"] is null or "query" || target.IsFormPost) return null;
        return OAuthError.InvalidRequest(
            "Only response_mode=query is supported, and form_post for a web address.", Reasons.ResponseModeUnsupported);
    }

    private static OAuthError? ChallengeFault(Client client, Parameters parameters)
    {
        var (challenge, method) = (parameters["code_challenge"], parameters["code_challenge_method"]);
        if (challenge is null)
        {
            if (!client.RequiresPkce && method is null) return null;
            return OAuthError.InvalidRequest(
                "The parameter code_challenge is missing; PKCE is required.", Reasons.CodeChallengeMissing);
        }

        if (method != Pkce.Method)
        {
            return OAuthError.InvalidRequest(
                "Only code_challenge_method=S256 is supported.", Reasons.CodeChallengeMethodUnsupported);
        }

        if (Pkce.IsChallenge(challenge)) return null;
        return OAuthError.InvalidRequest("The code_challenge is malformed.", Reasons.CodeChallengeMalformed);
    }
}
