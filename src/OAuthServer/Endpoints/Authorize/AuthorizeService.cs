using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>
/// Decides what becomes of an authorization request, and of the answer to a consent form (RFC 6749 §4.1.1, §4.1.2).
/// </summary>
internal sealed class AuthorizeService(
    AuthorizeRequests requests,
    CodeIssuer issuer,
    Sessions sessions,
    ConsentQuestions questions,
    RefusalJournal refusals,
    SignInJudge judge)
{
    private const string Endpoint = "authorize";

    private static readonly OAuthError AccessDenied =
        new("access_denied", "The person did not allow it.", Reasons.AccessDenied);

    private static readonly OAuthError LoginRequired =
        new("login_required", "The person has to sign in.", Reasons.LoginRequired);

    private static readonly OAuthError ConsentRequired =
        new("consent_required", "The person has to be asked.", Reasons.ConsentRequired);

    private static readonly OAuthError OutOfReach = new(
        "unmet_authentication_requirements", "The person has no second factor.", Reasons.LevelOutOfReach);

    private static readonly OAuthError NoOperator =
        new("access_denied", "The person may not administer this server.", Reasons.NotAnOperator);

    /// <summary>
    /// With a live session and remembered consent a code is made at once, in one statement that checks both. Only when
    /// it makes none does a second look find out whether to ask for a password or for consent.
    /// </summary>
    public async Task<AuthorizeOutcome> AuthorizeAsync(
        Parameters parameters, SignedInAccount? person, AuditContext audit, CancellationToken ct)
    {
        if ((await requests.ReadAsync(parameters, person, ct)).Failed(out var ended, out var request))
            return await EndAsync(ended, person, audit, ct);
        if (judge.HasToSignIn(request, person, out var who))
        {
            // Whoever signed in for this request, and is not who is meant, will not be by trying once more.
            if (request.Prompt == Prompt.None || (person is not null && request.IsSignedInSince))
                return await RefuseToldAsync(request, LoginRequired, person, audit, ct);
            return new AuthorizeOutcome.SignIn(request, who);
        }

        if (await judge.IsBarredAsync(request, person, ct))
            return await RefuseToldAsync(request, NoOperator, person, audit, ct);
        if (SignInJudge.IsTooWeak(request, person)) return await RaiseAsync(request, person, audit, ct);
        if (MayUseRememberedConsent(request)
            && await issuer.TryIssueAsync(request, person, null, audit, ct) is { } code)
            return new AuthorizeOutcome.Granted(request.Target, code) { NeedsATap = request.NeedsATap };
        if (!await IsLiveAsync(person, ct)) return await AskPasswordAsync(request, person, audit, ct);
        if (request.Prompt == Prompt.None) return await RefuseToldAsync(request, ConsentRequired, person, audit, ct);
        return await questions.AskAsync(request, person, ct);
    }

    /// <summary>
    /// The answer to a consent form. The stored request counts and nothing else of the form; it is validated anew,
    /// since the client may have changed. The second answer to one form, in the session in which it was shown, is the
    /// first one again while its code was not used; there is never a second code.
    /// </summary>
    public async Task<AuthorizeOutcome> AnswerAsync(
        ConsentAnswer answer, SignedInAccount person, AuditContext audit, CancellationToken ct)
    {
        if ((await requests.ReadAnsweredAsync(answer, person, ct)).Failed(out var ended, out var request))
            return await EndAsync(ended, person, audit, ct);
        if (!answer.Allowed)
        {
            var refused = await RefuseAsync(request, AccessDenied, ct);
            return await EndAsync(refused, AuditEventNames.Consent, person, audit, ct);
        }

        if (await judge.IsBarredAsync(request, person, ct))
            return await RefuseToldAsync(request, NoOperator, person, audit, ct);
        // The form was shown in a surer session than there is now.
        if (SignInJudge.IsTooWeak(request, person)) return new AuthorizeOutcome.SignIn(request, SignInAs.Whoever);
        return await issuer.TryIssueAsync(request, person, answer.Form, audit, ct) is { } code
            ? new AuthorizeOutcome.Granted(request.Target, code)
            : await AnsweredBeforeAsync(request, answer, person, ct);
    }

    /// <summary>The person gave up before signing in.</summary>
    public async Task<AuthorizeOutcome> CancelAsync(Parameters parameters, AuditContext audit, CancellationToken ct)
    {
        if ((await requests.ReadAsync(parameters, null, ct)).Failed(out var ended, out var request))
            return await EndAsync(ended, null, audit, ct);
        var refused = await RefuseAsync(request, AccessDenied, ct);
        return await EndAsync(refused, null, audit, ct);
    }

    /// <summary>What a person is asked to sign in for; null when the request could not go on.</summary>
    public async ValueTask<AuthorizeRequest?> DescribeAsync(Parameters parameters, CancellationToken ct) =>
        (await requests.ReadAsync(parameters, null, ct)).Failed(out _, out var request) ? null : request;

    public AuthorizeOutcome Note(OAuthError malformed, AuditContext audit) =>
        new AuthorizeOutcome.Untrusted(refusals.Note(Endpoint, malformed, audit));

    // A double click, or Back and Allow once more. Whatever else kept the code from being made begins again.
    private async Task<AuthorizeOutcome> AnsweredBeforeAsync(
        AuthorizeRequest request, ConsentAnswer answer, SignedInAccount person, CancellationToken ct)
    {
        if (!await IsLiveAsync(person, ct)) return new AuthorizeOutcome.SignIn(request, SignInAs.Whoever);
        var first = answer.Form.IsOf(person) ? await issuer.FindAsync(answer.Form, ct) : null;
        // Another form of one pushed request was quicker.
        if (first is null && (await requests.ReadAnsweredAsync(answer, person, ct)).Failed(out var ended, out _))
            return ended;
        return first switch
        {
            { State: { Revoked: false, Used: true } } => new AuthorizeOutcome.Answered(request.Target),
            { State: { Revoked: false, Expired: false } } => new AuthorizeOutcome.Granted(request.Target, first.Code),
            _ => new AuthorizeOutcome.SignIn(request, SignInAs.Whoever),
        };
    }

    // Ask every time where any program on the device can receive the redirect (RFC 8252 §8.6).
    private static bool MayUseRememberedConsent(AuthorizeRequest request) =>
        !request.Prompt.HasFlag(Prompt.Consent) && request.Interaction is not { AsksConsent: true }
        && !(request.Client.IsPublic && RedirectUri.IsInterceptable(request.Target.RedirectUri));

    private Task<bool> IsLiveAsync(SignedInAccount person, CancellationToken ct) =>
        sessions.IsLiveAsync(person.SessionId, person.Id, person.SecurityStamp, ct);

    private async Task<AuthorizeOutcome> AskPasswordAsync(
        AuthorizeRequest request, SignedInAccount person, AuditContext audit, CancellationToken ct) =>
        request.Prompt == Prompt.None
            ? await RefuseToldAsync(request, LoginRequired, person, audit, ct)
            : new AuthorizeOutcome.SignIn(request, SignInAs.TheSame);

    // The missing factor alone is asked for, in the session that there is.
    private async Task<AuthorizeOutcome> RaiseAsync(
        AuthorizeRequest request, SignedInAccount person, AuditContext audit, CancellationToken ct)
    {
        if (!await IsLiveAsync(person, ct)) return await AskPasswordAsync(request, person, audit, ct);
        var missing = await judge.MissingAsync(person, ct);
        if (missing == Missing.OutOfReach) return await RefuseToldAsync(request, OutOfReach, person, audit, ct);
        if (request.Prompt == Prompt.None) return await RefuseToldAsync(request, LoginRequired, person, audit, ct);
        return new AuthorizeOutcome.Raise(request, missing);
    }

    // What would need a page that the client does not want, or that would not help, is an error for the client.
    private async Task<AuthorizeOutcome> RefuseToldAsync(
        AuthorizeRequest request,
        OAuthError error,
        SignedInAccount? person,
        AuditContext audit,
        CancellationToken ct) =>
        await EndAsync(await RefuseAsync(request, error, ct), person, audit, ct);

    // Whatever the client is told ends its request, which is answered once.
    private async Task<AuthorizeOutcome> RefuseAsync(
        AuthorizeRequest request, OAuthError error, CancellationToken ct) =>
        await requests.TryEndAsync(request, ct)
            ? new AuthorizeOutcome.Refused(request.Target, error)
            : AuthorizeRequests.LeadsNowhere;

    private Task<AuthorizeOutcome> EndAsync(
        AuthorizeOutcome outcome, SignedInAccount? person, AuditContext audit, CancellationToken ct) =>
        EndAsync(outcome, AuditEventNames.AuthorizationRefused, person, audit, ct);

    // Logs an outcome that is an error, audits it when a client is known, and hands it on.
    private async Task<AuthorizeOutcome> EndAsync(
        AuthorizeOutcome outcome, string name, SignedInAccount? person, AuditContext audit, CancellationToken ct)
    {
        if (outcome is AuthorizeOutcome.Untrusted untrusted)
            await refusals.RecordAsync(Endpoint, name, untrusted.Error, audit, ct);
        if (outcome is AuthorizeOutcome.Refused refused)
        {
            var error = refused.Error with { About = new(refused.Target.Client.Id, person?.Id) };
            await refusals.RecordAsync(Endpoint, name, error, audit, ct);
        }

        return outcome;
    }
}
