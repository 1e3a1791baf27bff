using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>An authorization request that may go on (RFC 6749 §4.1.1, RFC 7636 §4.3).</summary>
/// <param name="Target">Where every answer goes.</param>
/// <param name="Scope">What is asked for, or the client's default.</param>
/// <param name="CodeChallenge">An S256 challenge; null only for a client with a waiver.</param>
/// <param name="Prompt">How much the person is to be asked.</param>
/// <param name="Parameters">The request as it came, to begin it again after sign-in.</param>
internal sealed record AuthorizeRequest(
    RedirectTarget Target, Scope Scope, string? CodeChallenge, Prompt Prompt, Parameters Parameters)
{
    /// <summary>The APIs that are asked for, or the default one (RFC 8707 §2).</summary>
    public required IReadOnlyList<Resource> Resources { get; init; }

    public Client Client => Target.Client;

    /// <summary>The reference that it came by; null when it stands in the query itself (RFC 9126 §4).</summary>
    public PushedReference? Pushed { get; init; }

    /// <summary>What OpenID Connect asks of the sign-in.</summary>
    public SignInDemand Demand { get; init; } = SignInDemand.None;

    /// <summary>What it remembers of its way through the sign-in page; null when it just came from the app.</summary>
    public Interaction? Interaction { get; init; }

    /// <summary>True when somebody signed in since the request came from the app.</summary>
    public bool IsSignedInSince { get; init; }

    /// <summary>Returned in the ID token as it came (OpenID Connect Core §3.1.2.1).</summary>
    public string? Nonce { get; init; }

    /// <summary>Claims that are asked for one by one.</summary>
    public ClaimsRequest Claims { get; init; } = ClaimsRequest.None;

    /// <summary>Whom the app takes the person for; only ever typed in beforehand.</summary>
    public string? LoginHint { get; init; }

    /// <summary>Whose scopes the person agrees to: the APIs of the token, and the server itself.</summary>
    public IReadOnlyList<Resource> Agreed =>
        Client.Resources.Person is { } person && Scope.Has(PersonScopes.OpenId) && !Resources.Contains(person)
            ? [.. Resources, person]
            : Resources;

    /// <summary>
    /// True when a code, made at once, would reach nobody: systems hand an https link to the app that has claimed it
    /// only where somebody tapped. An app that asked for no page at all gets none.
    /// </summary>
    public bool NeedsATap =>
        Client.IsNative && Prompt != Prompt.None && !RedirectUri.IsInterceptable(Target.RedirectUri)
        && Interaction is null;

    /// <summary>What is agreed to of one of these; a claim counts as the scope that it belongs to.</summary>
    public Scope ScopeOf(Resource api) => api == Client.Resources.Person
        ? Scope.Of(Scope.Names.Concat(Claims.Scopes)).Among(api.Scopes)
        : Scope.Among(api.Scopes);

    /// <summary>Holds the state and the challenge.</summary>
    public override string ToString() => $"request of {Client}";
}

/// <summary>Where an authorization request stands.</summary>
internal enum RequestSource
{
    /// <summary>In the query or body of the browser's request.</summary>
    Query,

    /// <summary>In what the client pushed ahead, where it may be longer (RFC 9126 §2.1).</summary>
    Pushed,
}

/// <summary>
/// A client and a redirect URI that belong together: from here on errors go to the client (RFC 6749 §4.1.2.1).
/// </summary>
/// <param name="RedirectUriWasSent">False when the client's only URI stands in for it.</param>
/// <param name="State">Unchanged, for the answer; null when absent or not fit to be echoed.</param>
internal sealed record RedirectTarget(Client Client, string RedirectUri, bool RedirectUriWasSent, string? State)
{
    /// <summary>True when the answer is posted by the browser, instead of standing in an address.</summary>
    public bool IsFormPost { get; init; }

    /// <summary>
    /// The languages that the app would have pages in, as it wrote them (OpenID Connect Core §3.1.2.1).
    /// </summary>
    public string? UiLocales { get; init; }

    /// <summary>Holds the state.</summary>
    public override string ToString() => $"answer to {Client}";
}

/// <summary>What becomes of an authorization request.</summary>
internal abstract record AuthorizeOutcome
{
    /// <summary>The redirect target cannot be trusted: an error page, never a redirect.</summary>
    internal sealed record Untrusted(OAuthError Error) : AuthorizeOutcome;

    /// <summary>An error for the client, on its redirect URI.</summary>
    internal sealed record Refused(RedirectTarget Target, OAuthError Error) : AuthorizeOutcome;

    /// <summary>A code for the client, on its redirect URI.</summary>
    internal sealed record Granted(RedirectTarget Target, string Code) : AuthorizeOutcome
    {
        /// <summary>True to let the person tap a link instead of a redirect.</summary>
        public bool NeedsATap { get; init; }

        /// <summary>Holds the code.</summary>
        public override string ToString() => $"code for {Target.Client}";
    }

    /// <summary>The form was answered before, and the client has used its code: there is nothing left to do.</summary>
    internal sealed record Answered(RedirectTarget Target) : AuthorizeOutcome;

    /// <summary>The person has to sign in first; the request begins again afterwards.</summary>
    internal sealed record SignIn(AuthorizeRequest Request, SignInAs As) : AuthorizeOutcome;

    /// <summary>The person has to show a second factor, or set one up; the request begins again afterwards.</summary>
    internal sealed record Raise(AuthorizeRequest Request, Missing Missing) : AuthorizeOutcome;

    /// <summary>The person has to be asked.</summary>
    /// <param name="AgreedBefore">The scopes agreed to before, by canonical identifier of their API.</param>
    internal sealed record AskConsent(AuthorizeRequest Request, ILookup<string, string> AgreedBefore)
        : AuthorizeOutcome
    {
        /// <summary>What the person is to look at twice.</summary>
        public IReadOnlyList<Words> Warnings { get; init; } = [];
    }
}
