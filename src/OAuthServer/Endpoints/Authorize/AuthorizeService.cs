using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Decides what becomes of an authorization request, and of the answer to a consent form (RFC 6749 §4.1.1, §4.1.2).</summary>
internal sealed class AuthorizeService(
    AuthorizeValidator validator, AuthorizationCodes codes, Storage.Accounts accounts, Consents consents, RefusalJournal refusals, IOptions<OAuthOptions> options)
{
    private const string Endpoint = "authorize";

    private static readonly OAuthError AccessDenied = new("access_denied", "The person did not allow it.", Reasons.AccessDenied);
    private static readonly OAuthError LoginRequired = new("login_required", "The person has to sign in.", Reasons.LoginRequired);
    private static readonly OAuthError ConsentRequired = new("consent_required", "The person has to be asked.", Reasons.ConsentRequired);

    /// <summary>
    /// With a live session and remembered consent a code is made at once, in one statement that checks both. Only when
    /// it makes none does a second look find out whether to ask for a password or for consent.
    /// </summary>
    public async Task<AuthorizeOutcome> AuthorizeAsync(Parameters parameters, SignedInAccount? person, AuditContext audit, CancellationToken ct)
    {
        var (request, ended) = await validator.ValidateAsync(parameters, ct);
        if (request is null) return await EndAsync(ended!, AuditEventNames.AuthorizationRefused, person, audit, ct);
        var (prompt, client) = (request.Prompt, request.Client);
        if (person is null || prompt.HasFlag(Prompt.Login) || prompt.HasFlag(Prompt.SelectAccount)) return await SignInOrAsync(request, person, person is not null, audit, ct);
        // Whoever can receive a loopback or private-use redirect could pose as the app: the person sees each time (RFC 8252 §8.6).
        var mayRemember = !(client.IsPublic && RedirectUri.IsInterceptable(request.Target.RedirectUri));
        if (mayRemember && !prompt.HasFlag(Prompt.Consent) && await TryIssueAsync(request, person, null, audit, ct) is { } code)
            return new AuthorizeOutcome.Granted(request.Target, code);
        if (!await accounts.IsLiveAsync(person.Id, person.SecurityStamp, ct)) return await SignInOrAsync(request, person, reauthenticate: true, audit, ct);
        if (prompt == Prompt.None) return await EndAsync(new AuthorizeOutcome.Refused(request.Target, ConsentRequired), AuditEventNames.AuthorizationRefused, person, audit, ct);
        return new AuthorizeOutcome.AskConsent(request, await consents.FindAsync(person.Id, client.Id, ct));
    }

    /// <summary>
    /// The answer to a consent form. The stored request counts and nothing else of the form; it is validated anew, since
    /// the client may have changed. A form that was answered before begins the request again, and makes no second code.
    /// </summary>
    public async Task<AuthorizeOutcome> AnswerAsync(ConsentTicket ticket, Parameters parameters, bool allowed, SignedInAccount person, AuditContext audit, CancellationToken ct)
    {
        var (request, ended) = await validator.ValidateAsync(parameters, ct);
        if (request is null) return await EndAsync(ended!, AuditEventNames.AuthorizationRefused, person, audit, ct);
        if (!allowed) return await EndAsync(new AuthorizeOutcome.Refused(request.Target, AccessDenied), AuditEventNames.Consent, person, audit, ct);
        return await TryIssueAsync(request, person, ticket.Id, audit, ct) is { } code
            ? new AuthorizeOutcome.Granted(request.Target, code)
            : new AuthorizeOutcome.SignIn(request, Reauthenticate: false);
    }

    /// <summary>The person gave up before signing in.</summary>
    public async Task<AuthorizeOutcome> CancelAsync(Parameters parameters, AuditContext audit, CancellationToken ct)
    {
        var (request, ended) = await validator.ValidateAsync(parameters, ct);
        return await EndAsync(request is null ? ended! : new AuthorizeOutcome.Refused(request.Target, AccessDenied), AuditEventNames.AuthorizationRefused, null, audit, ct);
    }

    /// <summary>What a person is asked to sign in for, when the request could go on.</summary>
    public async ValueTask<AuthorizeRequest?> DescribeAsync(Parameters parameters, CancellationToken ct) => (await validator.ValidateAsync(parameters, ct)).Request;

    /// <summary>Logs a request that could not be read.</summary>
    public AuthorizeOutcome Note(OAuthError malformed, AuditContext audit) => new AuthorizeOutcome.Untrusted(refusals.Note(Endpoint, malformed, audit));

    // Logs an outcome that is an error, audits it when a client is known, and hands it on.
    private async Task<AuthorizeOutcome> EndAsync(AuthorizeOutcome outcome, string name, SignedInAccount? person, AuditContext audit, CancellationToken ct)
    {
        if (outcome is AuthorizeOutcome.Untrusted untrusted) await refusals.RecordAsync(Endpoint, name, untrusted.Error, audit, ct);
        if (outcome is AuthorizeOutcome.Refused refused) await refusals.RecordAsync(Endpoint, name, refused.Error with { About = new(refused.Target.Client.Id, person?.Id) }, audit, ct);
        return outcome;
    }

    private async ValueTask<AuthorizeOutcome> SignInOrAsync(AuthorizeRequest request, SignedInAccount? person, bool reauthenticate, AuditContext audit, CancellationToken ct) => request.Prompt == Prompt.None
        ? await EndAsync(new AuthorizeOutcome.Refused(request.Target, LoginRequired), AuditEventNames.AuthorizationRefused, person, audit, ct)
        : new AuthorizeOutcome.SignIn(request, reauthenticate);

    private async Task<string?> TryIssueAsync(AuthorizeRequest request, SignedInAccount person, Guid? ticketId, AuditContext audit, CancellationToken ct)
    {
        var (target, code) = (request.Target, Handle.New());
        var issued = await codes.TryIssueAsync(new NewCode
        {
            Code = code,
            ClientId = target.Client.Id,
            UserId = person.Id,
            SecurityStamp = person.SecurityStamp,
            TicketId = ticketId,
            RedirectUri = target.RedirectUri,
            RedirectUriWasSent = target.RedirectUriWasSent,
            Scope = request.Scope.ToString(),
            CodeChallenge = request.CodeChallenge,
            Lifetime = options.Value.AuthorizationCodeLifetime,
            Audit = audit,
        }, ct);
        return issued ? code : null;
    }
}
