using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>Ends what a token stands for (RFC 7009 §2.1): a refresh token's whole grant, or one access token.</summary>
internal sealed class RevokeService(
    ClientAuthenticator clients, RevocableTokens revocable, AccessTokenReader reader, IOptions<OAuthOptions> options, RefusalJournal refusals)
{
    private const string Endpoint = "revoke";
    private const int DotsOfAJwt = 2;

    /// <summary>Null when the token is no longer valid, whatever it was before (RFC 7009 §2.2); else the refusal.</summary>
    public async Task<OAuthError?> RevokeAsync(RevokeRequest request, CancellationToken ct)
    {
        if ((await clients.AuthenticateAsync(request.Credentials, request.Token, ct)).Failed(out var refused, out var client))
            return await refusals.RecordClientAsync(Endpoint, refused, request.Credentials.ClientId, request.Audit, ct);
        var refusal = request.Token.Count(c => c == '.') == DotsOfAJwt
            ? await RevokeAccessTokenAsync(client, request, ct)
            : await RevokeRefreshTokenAsync(client, request, ct);
        return refusal is null ? null : await refusals.RecordAsync(Endpoint, AuditEventNames.RevocationRefused, refusal, request.Audit, ct);
    }

    /// <summary>Logs a refusal that names nobody and hands it on.</summary>
    public OAuthError Note(OAuthError error, AuditContext context) => refusals.Note(Endpoint, error, context);

    private async Task<OAuthError?> RevokeRefreshTokenAsync(Client client, RevokeRequest request, CancellationToken ct)
    {
        if (await revocable.RefreshTokens.FindAsync(request.Token, TimeSpan.Zero, ct) is not { } state) return null;
        if (state.ClientId != client.Id) return OAuthError.InvalidGrant("token_of_another_client") with { About = new(client.Id, state.UserId, state.FamilyId) };
        await revocable.Grants.RevokeAsync(state.UserId, state.ClientId, state.FamilyId, request.Audit, ct);
        return null;
    }

    private async Task<OAuthError?> RevokeAccessTokenAsync(Client client, RevokeRequest request, CancellationToken ct)
    {
        if (!options.Value.AccessTokenRevocation) return new OAuthError("unsupported_token_type", "Access tokens cannot be revoked here; they expire soon.", "access_token_revocation_off") { About = new(client.Id) };
        // Never a 200 for a token that may be one of ours (RFC 7009 §2.2.1).
        if (!reader.CanJudge) return OAuthError.TemporarilyUnavailable("signing_key_missing");
        if (await reader.ReadAsync(request.Token) is not { } token) return null;
        if (token.ClientId != client.Id) return OAuthError.InvalidGrant("token_of_another_client") with { About = new(client.Id, token.Subject) };
        await revocable.AccessTokens.AddAsync(token.Id, client.Id, token.Subject, request.Audit, ct);
        return null;
    }
}

/// <summary>The tables that revocation writes.</summary>
internal sealed record RevocableTokens(RefreshTokens RefreshTokens, Storage.Grants Grants, RevokedTokens AccessTokens);
