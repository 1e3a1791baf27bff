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
        if (TokenTarget.Choose(client, request.Resources).Failed(out var untargeted, out var api)) return untargeted;
        if (ReadScope(client, api, request.Scope).Failed(out var refusal, out var scope)) return refusal;
        if (await tokens.TryIssueAsync(client.Id, request.Audit, ct) is not { } grantId)
            return OAuthError.InvalidClient(Reasons.ClientUnknown);
        var access = new GrantedAccess(null, grantId, scope.ToString()) { Resource = api.Canonical };
        return TokenTarget.Narrow(client, access, access.Scope);
    }

    /// <summary>Nothing was consumed; the audit log says that no token came of it.</summary>
    public Task GiveBackAsync(TokenRequest request, GrantedAccess access, string reason, CancellationToken ct) =>
        audit.RecordAsync(
            new(
                AuditEventNames.TokenRefused,
                reason,
                request.Audit,
                request.Credentials.ClientId,
                null,
                access.GrantId),
            ct);

    // What a client may ask for with somebody who signs in is more than it may have alone.
    private static Result<Scope> ReadScope(Client client, Resource api, string? text)
    {
        Scope? asked = Scope.Of([]);
        if (text is not null && !Scope.TryParse(text, out asked))
            return OAuthError.MalformedScope(Reasons.ScopeMalformed);
        var allowed = Scope.Of(client.Scopes).Among(api.Scopes.Except(PersonScopes.All, StringComparer.Ordinal));
        if (asked.FirstBeyond(allowed.Names) is { } beyond)
        {
            return OAuthError.InvalidScope(
                $"{Scope.Named(beyond)} is unknown here, or not for this client without a person.",
                Reasons.ScopeNotAllowed);
        }

        if (asked.Names.Count > 0) return asked;
        var usual = Scope.Of(client.DefaultScopes).Among(allowed.Names);
        return usual.Names.Count > 0
            ? usual
            : OAuthError.InvalidScope(
                "No scope was asked for, and this client has no default.", Reasons.ScopeNotAllowed);
    }
}
