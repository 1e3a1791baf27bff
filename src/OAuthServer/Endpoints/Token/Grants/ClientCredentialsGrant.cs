using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>
/// Access of a client's own, for which nobody signs in (RFC 6749 §4.4). There is no refresh token (§4.4.3), and never a
/// scope that speaks of a person.
/// </summary>
internal sealed class ClientCredentialsGrant(ClientTokens tokens, AuditEvents audit) : IGrant
{
    public string GrantType => GrantTypes.ClientCredentials;

    /// <summary>One statement, which asks once more whether the client may.</summary>
    public async Task<Result<GrantedAccess>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct)
    {
        if (ReadScope(client, request.Scope).Failed(out var refusal, out var scope)) return refusal;
        return await tokens.TryIssueAsync(client.Id, request.Audit, ct) is { } grantId
            ? new GrantedAccess(null, grantId, scope.ToString())
            : OAuthError.InvalidClient(Reasons.ClientUnknown);
    }

    /// <summary>Nothing was consumed; the audit log says that no token came of it.</summary>
    public Task GiveBackAsync(TokenRequest request, GrantedAccess access, string reason, CancellationToken ct) =>
        audit.RecordAsync(
            new(AuditEventNames.TokenRefused, reason, request.Audit, request.Credentials.ClientId, null, access.GrantId),
            ct);

    // What a client may ask for with somebody who signs in is more than it may have alone.
    private static Result<Scope> ReadScope(Client client, string? text)
    {
        Scope? asked = Scope.Of([]);
        if (text is not null && !Scope.TryParse(text, out asked))
            return OAuthError.MalformedScope(Reasons.ScopeMalformed);
        var allowed = Scope.Of(client.Scopes).WithoutPersons();
        if (asked.FirstBeyond(allowed.Names) is { } beyond)
        {
            return OAuthError.InvalidScope(
                $"{Scope.Named(beyond)} is unknown here, or not for this client without a person.",
                Reasons.ScopeNotAllowed);
        }

        if (asked.Names.Count > 0) return asked;
        var usual = Scope.Of(client.DefaultScopes).WithoutPersons();
        return usual.Names.Count > 0
            ? usual
            : OAuthError.InvalidScope(
                "No scope was asked for, and this client has no default.", Reasons.ScopeNotAllowed);
    }
}
