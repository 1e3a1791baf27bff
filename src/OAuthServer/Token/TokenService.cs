using OAuthServer.Clients;
using OAuthServer.Diagnostics;
using OAuthServer.Http;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Token.Grants;
using OAuthServer.Tokens;

namespace OAuthServer.Token;

/// <summary>One token request from credentials to tokens (RFC 6749 §4.1.4, §5, §6).</summary>
internal sealed partial class TokenService(
    ClientAuthenticator clients, TokenGrants grants, KeyRing keys, TokenIssuer tokens, RefusalLog refusals, ILogger<TokenService> log)
{
    /// <summary>Tokens, or the reason why not. The key is resolved first, so that a missing key never burns a code.</summary>
    /// <param name="request">A well-formed request.</param>
    /// <param name="only">The grant types of this address; empty means every one.</param>
    /// <param name="ct">Ends with the request.</param>
    public async Task<Result<TokenGrant>> IssueAsync(TokenRequest request, string[] only, CancellationToken ct)
    {
        if ((await clients.AuthenticateAsync(request.Credentials, request.Code ?? request.RefreshToken, ct)).Failed(out var refused, out var client))
            return await refusals.RecordClientAsync(refused, request.Credentials.ClientId, request.Audit, ct);
        if (request.GrantType is not (GrantTypes.AuthorizationCode or GrantTypes.RefreshToken) || (only.Length > 0 && !only.Contains(request.GrantType)))
            return Note(new OAuthError("unsupported_grant_type", "The grant_type is not supported here.", "grant_type_unsupported"));
        if (!client.Allows(request.GrantType)) return Note(OAuthError.UnauthorizedClient("grant_type_not_registered"));
        if (keys.Current is not { } ring) return Note(OAuthError.TemporarilyUnavailable("signing_key_missing"));
        IGrant grant = request.GrantType == GrantTypes.AuthorizationCode ? grants.AuthorizationCode : grants.RefreshToken;
        if ((await grant.RedeemAsync(client, request, ct)).Failed(out var refusal, out var access)) return Note(refusal with { GrantType = request.GrantType });
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
            return Note(unsigned);
        }
    }

    /// <summary>Logs a refusal and hands it on.</summary>
    public OAuthError Note(OAuthError error) => refusals.Note("token", error);

    [LoggerMessage(1002, LogLevel.Error, "No access token could be made with key {KeyId}; what was presented stays good.")]
    private partial void LogUnsigned(Exception fault, string keyId);
}

/// <summary>The grants of the token endpoint.</summary>
internal sealed record TokenGrants(AuthorizationCodeGrant AuthorizationCode, RefreshTokenGrant RefreshToken);
