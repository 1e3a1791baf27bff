using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Token.Grants;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token;

/// <summary>One token request from credentials to tokens (RFC 6749 §4.1.4, §5, §6).</summary>
internal sealed partial class TokenService(
    ClientAuthenticator clients, TokenGrants grants, KeyRing keys, TokenIssuer tokens, RefusalJournal refusals, ILogger<TokenService> log)
{
    /// <summary>Tokens, or the reason why not. The key is resolved first, so that a missing key never burns a code.</summary>
    /// <param name="request">A well-formed request.</param>
    /// <param name="route">The address that it came to.</param>
    /// <param name="ct">Ends with the request.</param>
    public async Task<Result<TokenGrant>> IssueAsync(TokenRequest request, TokenRoute route, CancellationToken ct)
    {
        if ((await clients.AuthenticateAsync(request.Credentials, request.Code ?? request.RefreshToken, ct)).Failed(out var refused, out var client))
            return await refusals.RecordClientAsync(route.Name, refused with { GrantType = request.GrantType }, request.Credentials.ClientId, request.Audit, ct);
        if (!route.Serves(request.GrantType))
            return await RefuseAsync(route, client, request, new OAuthError("unsupported_grant_type", "The grant_type is not supported here.", "grant_type_unsupported"), ct);
        if (!client.Allows(request.GrantType)) return await RefuseAsync(route, client, request, OAuthError.UnauthorizedClient("grant_type_not_registered"), ct);
        if (keys.Current is not { } ring) return await RefuseAsync(route, client, request, OAuthError.TemporarilyUnavailable("signing_key_missing"), ct);
        IGrant grant = request.GrantType == GrantTypes.AuthorizationCode ? grants.AuthorizationCode : grants.RefreshToken;
        if ((await grant.RedeemAsync(client, request, ct)).Failed(out var refusal, out var access)) return await RefuseAsync(route, client, request, refusal, ct);
        try
        {
            var token = tokens.Issue(ring.Signing, new(access.UserId, client.Id, access.Scope, access.FamilyId));
            return new TokenGrant(token.Value, token.ExpiresIn, access.RefreshToken, access.Scope);
        }
        catch (Exception fault)
        {
            // What goes into the token is known only once the code or refresh token is consumed. Signing inside the
            // transaction would cost every request a second round trip; taking back what could not be answered costs one
            // statement, and only then. It is not tied to the request: the app may have given up waiting.
            LogUnsigned(fault, ring.Signing.KeyId);
            var unsigned = OAuthError.TemporarilyUnavailable("signing_failed") with { GrantType = request.GrantType };
            await grant.GiveBackAsync(request, access, unsigned.Reason, CancellationToken.None);
            return Note(route, unsigned with { About = new(client.Id, access.UserId, access.FamilyId) }, request.Audit);
        }
    }

    /// <summary>Logs a refusal that names nobody, or is in the audit log already, and hands it on.</summary>
    public OAuthError Note(TokenRoute route, OAuthError error, AuditContext context) => refusals.Note(route.Name, error, context);

    private Task<OAuthError> RefuseAsync(TokenRoute route, Client client, TokenRequest request, OAuthError error, CancellationToken ct) =>
        refusals.RecordAsync(route.Name, AuditEventNames.TokenRefused, error with { About = error.About ?? new(client.Id), GrantType = request.GrantType }, request.Audit, ct);

    [LoggerMessage(1002, LogLevel.Error, "No access token could be made with key {KeyId}; what was presented stays good.")]
    private partial void LogUnsigned(Exception fault, string keyId);
}

/// <summary>The grants of the token endpoint.</summary>
internal sealed record TokenGrants(AuthorizationCodeGrant AuthorizationCode, RefreshTokenGrant RefreshToken);
