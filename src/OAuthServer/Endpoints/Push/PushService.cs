using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Push;

/// <summary>What the client is told.</summary>
/// <param name="RequestUri">Stands for the request, for one visit.</param>
/// <param name="ExpiresIn">Seconds in which the visit has to begin.</param>
internal sealed record PushedReply(string RequestUri, long ExpiresIn);

/// <summary>
/// Takes authorization requests ahead of the visit (RFC 9126): the client shows who it is, and everything is judged as
/// the authorization endpoint would, with no person there to be sent anywhere (§2.1, §2.3).
/// </summary>
internal sealed class PushService(
    ClientAuthenticator clients,
    AuthorizeValidator validator,
    PushedRequests pushed,
    RefusalJournal refusals,
    IOptions<OAuthOptions> options)
{
    public const string Endpoint = "push";

    private readonly TimeSpan _lifetime = options.Value.PushedRequestLifetime;

    public async Task<Result<PushedReply>> PushAsync(PushRequest request, CancellationToken ct)
    {
        var credentials = request.Credentials;
        if ((await clients.AuthenticateAsync(credentials, null, ct)).Failed(out var unknown, out var client))
            return await refusals.RecordClientAsync(Endpoint, unknown, credentials.ClientId, request.Audit, ct);
        var judged = await validator.ValidateAsync(request.Asked, RequestSource.Pushed, ct);
        if (judged.Failed(out var refused, out var good))
        {
            var error = ErrorOf(refused) with { About = new(client.Id) };
            return await refusals.RecordAsync(Endpoint, AuditEventNames.PushRefused, error, request.Audit, ct);
        }

        // What is asked for stays what it is, whatever the client's defaults become.
        var parameters = request.Asked.With("scope", good.Scope.ToString())
            .With("resource", good.Resources.Select(api => api.Identifier));
        var reference = Handle.New();
        await pushed.AddAsync(reference, client.Id, parameters.ToQuery(), _lifetime, request.Audit, ct);
        return new PushedReply(PushedReference.Urn + reference, (long)_lifetime.TotalSeconds);
    }

    /// <summary>Logs a refusal that names nobody, and hands it on.</summary>
    public OAuthError Note(OAuthError error, AuditContext context) => refusals.Note(Endpoint, error, context);

    // Nobody is redirected here, so a bad redirect URI is a bad request like any other (RFC 9126 §2.3).
    private static OAuthError ErrorOf(AuthorizeOutcome refused) => refused switch
    {
        AuthorizeOutcome.Refused { Error: var error } => error,
        AuthorizeOutcome.Untrusted { Error: var error } => error with { Code = "invalid_request", Status = 400 },
        _ => throw new InvalidOperationException("A request that was not judged."),
    };
}
