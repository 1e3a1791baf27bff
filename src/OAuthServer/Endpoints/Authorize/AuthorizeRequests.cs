using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>A request that was pushed, and what a visit asks it by (RFC 9126 §4).</summary>
/// <param name="Reference">What stands behind the urn.</param>
internal sealed record PushedReference(string Reference)
{
    /// <summary>Begins every <c>request_uri</c> of ours (RFC 9126 §2.2).</summary>
    public const string Urn = "urn:ietf:params:oauth:request_uri:";

    /// <summary>The reference in a query; null in a request of its own.</summary>
    public static PushedReference? In(Parameters query) =>
        query["request_uri"] is { } uri && uri.StartsWith(Urn, StringComparison.Ordinal)
            ? new(uri[Urn.Length..])
            : null;

    /// <summary>Stands for the request.</summary>
    public override string ToString() => "a pushed request";
}

/// <summary>
/// Reads authorization requests: those that stand in the query, and those that were pushed ahead, of which the query
/// has the reference alone. Whatever else stands beside that is not looked at (RFC 9101 §5, RFC 9126 §4).
/// </summary>
internal sealed class AuthorizeRequests(
    AuthorizeValidator validator, PushedRequests pushed, Interactions interactions)
{
    private static readonly OAuthError Dead = new(
        "invalid_request_uri",
        "The request is unknown, was used before, or waited too long. Go back to the app and begin again.",
        Reasons.RequestUriDead);

    /// <summary>The outcome for a reference that leads nowhere: a page, before anybody is asked for anything.</summary>
    public static AuthorizeOutcome LeadsNowhere { get; } = new AuthorizeOutcome.Untrusted(Dead);

    /// <summary>The request when it may go on; else the outcome that ends it. A pushed one is visited.</summary>
    public ValueTask<Result<AuthorizeRequest, AuthorizeOutcome>> ReadAsync(
        Parameters query, SignedInAccount? person, CancellationToken ct) =>
        ReadAsync(query, person, (reference, client) => pushed.VisitAsync(reference, client, SignInOf(person), ct), ct);

    /// <summary>The same for a consent form that was answered, perhaps for the second time.</summary>
    public ValueTask<Result<AuthorizeRequest, AuthorizeOutcome>> ReadAnsweredAsync(
        ConsentAnswer answer, SignedInAccount person, CancellationToken ct) =>
        ReadAsync(
            answer.Request, person, (reference, client) => pushed.FindAsync(reference, client, answer.Form.Id, ct), ct);

    /// <summary>
    /// Ends a request by an answer that is no code. False when somebody else was quicker, or its time is over.
    /// </summary>
    public async Task<bool> TryEndAsync(AuthorizeRequest request, CancellationToken ct) =>
        request.Pushed is not { } asked || await pushed.TryUseAsync(asked.Reference, ct);

    private async ValueTask<Result<AuthorizeRequest, AuthorizeOutcome>> ReadAsync(
        Parameters query,
        SignedInAccount? person,
        Func<string, string, Task<VisitedRequest?>> find,
        CancellationToken ct)
    {
        if (PushedReference.In(query) is not { } reference)
        {
            if ((await validator.ValidateAsync(query, RequestSource.Query, ct)).Failed(out var refused, out var plain))
                return refused;
            return Judged(plain, interactions.Of(query), person);
        }

        if (query.Repeated("client_id", "request_uri") is { } repeated)
            return Ended(
                OAuthError.InvalidRequest($"The parameter {repeated} is repeated.", Reasons.ParameterRepeated));
        if (query["client_id"] is not { } client)
            return Ended(OAuthError.InvalidRequest("The parameter client_id is missing.", Reasons.ClientIdMissing));
        if (!ClientId.IsReadable(client)) return LeadsNowhere;
        if (await find(reference.Reference, client) is not { } visited) return LeadsNowhere;
        if (AuthorizeEndpoint.ReadQuery(visited.Parameters).Failed(out var malformed, out var parameters))
            return Ended(malformed);
        if ((await validator.ValidateAsync(parameters, RequestSource.Pushed, ct))
            .Failed(out var ended, out var request))
            return ended;
        return request with
        {
            Parameters = query.Only("client_id", "request_uri", Interactions.Parameter),
            Pushed = reference,
            Interaction = interactions.Of(query),
            IsSignedInSince = person is not null && person.SignInId != visited.VisitedBy,
        };
    }

    // What stands in a query of its own was sealed when it went to the sign-in page.
    private static AuthorizeRequest Judged(
        AuthorizeRequest request, Interaction? interaction, SignedInAccount? person) => request with
        {
            Interaction = interaction,
            IsSignedInSince = person is not null && interaction?.IsMetBy(person) == true,
        };

    private static string SignInOf(SignedInAccount? person) => person?.SignInId ?? string.Empty;

    private static AuthorizeOutcome.Untrusted Ended(OAuthError error) => new(error);
}
