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
internal sealed class AuthorizeValidator(ClientDirectory directory, IOptions<OAuthOptions> options)
{
    // As a row may have it, and the port that a native client adds.
    private const int LongestRedirectUri = 2006;
    private const int LongestState = 2048;
    private const int LongestValue = 4096;

    // The request has to survive signing in, in a Location that proxies still pass on; the rest is for the issuer's
    // path.
    private const int LongestRequest = ReturnUrl.MaxLength - 512;

    private static readonly string[] OnceAtMost =
    [
        "state", "response_type", "scope", "code_challenge", "code_challenge_method", "response_mode", "prompt",
        "request", "request_uri",
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
        return request;
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
        if (uri.Length > LongestRedirectUri || !client.HasRedirectUri(uri))
        {
            var unregistered = InvalidRedirectUri(
                "The redirect_uri is not registered for this client.", Reasons.RedirectUriUnregistered, client);
            return unregistered with { Mismatch = client.Mismatch(uri) };
        }

        return new RedirectTarget(client, uri, sent is not null, EchoableState(parameters, source));
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
        if (ResponseFault(client, parameters) is { } unsupported) return unsupported;
        if (ReadResources(client, parameters).Failed(out var untargeted, out var apis)) return untargeted;
        if (ReadScope(client, apis, parameters["scope"]).Failed(out var unscoped, out var scope)) return unscoped;
        if (ChallengeFault(client, parameters) is { } fault) return fault;
        if (!Prompts.TryParse(parameters["prompt"], out var prompt))
        {
            return OAuthError.InvalidRequest(
                "The prompt is unknown or contradicts itself.", Reasons.PromptUnsupported);
        }

        var carried = source == RequestSource.Pushed ? 0 : parameters.ToQuery(AuthorizeRequest.AfterSignIn).Length;
        if (carried > LongestRequest)
            return OAuthError.InvalidRequest("The request is too long.", Reasons.RequestTooLong);
        return new AuthorizeRequest(target, scope, parameters["code_challenge"], prompt, parameters)
        {
            Resources = apis,
        };
    }

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

    private static OAuthError? ResponseFault(Client client, Parameters parameters)
    {
        if (parameters["response_type"] is not { } responseType)
            return OAuthError.InvalidRequest("The parameter response_type is missing.", Reasons.ResponseTypeMissing);
        if (responseType != "code")
        {
            return new OAuthError(
                "unsupported_response_type", "Only response_type=code is supported.", Reasons.ResponseTypeUnsupported);
        }

        if (!client.Allows(GrantTypes.AuthorizationCode))
        {
            return new OAuthError(
                "unauthorized_client",
                "The client may not use the authorization code grant.",
                Reasons.GrantTypeNotRegistered);
        }

        if (parameters["response_mode"] is null or "query") return null;
        return OAuthError.InvalidRequest("Only response_mode=query is supported.", Reasons.ResponseModeUnsupported);
    }

    private static Result<IReadOnlyList<Resource>> ReadResources(Client client, Parameters parameters)
    {
        if (client.Resources.Read(parameters.All("resource")).Failed(out var refusal, out var named)) return refusal;
        if (named.Count > 0) return Result.Of(named);
        return client.Resources.Default is { } usual
            ? Result.Of<IReadOnlyList<Resource>>([usual])
            : OAuthError.NoDefaultTarget();
    }

    // A scope is one of the APIs that are asked for, and each of these has to get one (RFC 8707 §2).
    private static Result<Scope> ReadScope(Client client, IReadOnlyList<Resource> apis, string? text)
    {
        Scope? asked = Scope.Of([]);
        if (text is not null && !Scope.TryParse(text, out asked))
            return OAuthError.MalformedScope(Reasons.ScopeNotAllowed);
        var allowed = Scope.Of(apis.SelectMany(api => api.Scopes)).Among(client.Scopes).Names;
        asked = asked.WithoutNotServed(allowed);
        if (asked.FirstBeyond(allowed) is { } beyond)
        {
            return OAuthError.InvalidScope(
                $"{Scope.Named(beyond)} is unknown here, or not allowed to this client.", Reasons.ScopeNotAllowed);
        }

        if (asked.Names.Count == 0) asked = Scope.Of(client.DefaultScopes).Among(allowed);
        if (asked.Names.Count == 0)
        {
            return OAuthError.InvalidScope(
                "No scope that exists here was asked for, and this client has no default.", Reasons.ScopeNotAllowed);
        }

        return apis.FirstOrDefault(api => asked.Among(api.Scopes).Names.Count == 0) is { } idle
            ? OAuthError.InvalidScope($"No scope of {idle} was asked for.", Reasons.ResourceWithoutScope)
            : asked;
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
