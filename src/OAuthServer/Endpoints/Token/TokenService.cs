using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Token.Grants;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token;

/// <summary>One token request from credentials to tokens (RFC 6749 §4.1.4, §5, §6).</summary>
internal sealed partial class TokenService(
    ClientAuthenticator clients,
    IEnumerable<IGrant> grants,
    KeyRing keys,
    TokenIssuer tokens,
    RefusalJournal refusals,
    ILogger<TokenService> logger)
{
    private static readonly OAuthError NoKey = OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);

    private readonly Dictionary<string, IGrant> _grants =
        grants.ToDictionary(grant => grant.GrantType, StringComparer.Ordinal);

    /// <summary>
    /// Tokens, or the reason why not. The key is resolved first, so that a missing key uses up no code.
    /// </summary>
    /// <param name="route">The address that it came to.</param>
    public async Task<Result<IssuedTokens>> IssueAsync(TokenRequest request, TokenRoute route, CancellationToken ct)
    {
        var (credentials, presented) = (request.Credentials, request.Code ?? request.RefreshToken);
        var authenticated = await clients.AuthenticateAsync(credentials, presented, ct);
        if (authenticated.Failed(out var refused, out var client))
        {
            var error = refused with { GrantType = request.GrantType };
            return await refusals.RecordClientAsync(route.Name, error, credentials.ClientId, request.Audit, ct);
        }

        if (Choose(route, client, request).Failed(out var unfit, out var grant))
            return await RefuseAsync(route, client, request, unfit, ct);
        if (keys.Current is not { } ring) return await RefuseAsync(route, client, request, NoKey, ct);
        if ((await grant.RedeemAsync(client, request, ct)).Failed(out var refusal, out var access))
            return await RefuseAsync(route, client, request, refusal, ct);
        try
        {
            return tokens.Issue(ring.Signing, client.Id, access);
        }
        catch (Exception fault)
        {
            LogUnsigned(fault, ring.Signing.KeyId);
            return await GiveBackAsync(grant, route, request, client, access);
        }
    }

    /// <summary>Logs a refusal that names nobody, or is in the audit log already, and hands it on.</summary>
    public OAuthError Note(TokenRoute route, OAuthError error, AuditContext context) =>
        refusals.Note(route.Name, error, context);

    private Result<IGrant> Choose(TokenRoute route, Client client, TokenRequest request)
    {
        if (!route.Serves(request.GrantType) || !_grants.TryGetValue(request.GrantType, out var grant))
        {
            return new OAuthError(
                "unsupported_grant_type", "The grant_type is not supported here.", Reasons.GrantTypeUnsupported);
        }

        return client.Allows(request.GrantType)
            ? Result.Of(grant)
            : OAuthError.UnauthorizedClient(Reasons.GrantTypeNotRegistered);
    }

    // Not tied to the request: the app may have given up waiting
    // (docs/decisions/017-key-before-code-signature-after-it.md).
    private async Task<OAuthError> GiveBackAsync(
        IGrant grant, TokenRoute route, TokenRequest request, Client client, GrantedAccess access)
    {
        var unsigned = OAuthError.TemporarilyUnavailable(Reasons.SigningFailed) with
        {
            GrantType = request.GrantType,
            About = new(client.Id, access.UserId, access.GrantId),
        };
        await grant.GiveBackAsync(request, access, unsigned.Reason, CancellationToken.None);
        return Note(route, unsigned, request.Audit);
    }

    private Task<OAuthError> RefuseAsync(
        TokenRoute route, Client client, TokenRequest request, OAuthError error, CancellationToken ct)
    {
        var about = error with { About = error.About ?? new(client.Id), GrantType = request.GrantType };
        return refusals.RecordAsync(route.Name, AuditEventNames.TokenRefused, about, request.Audit, ct);
    }

    [LoggerMessage(1002, LogLevel.Error,
        "No access token could be made with key {KeyId}; what was presented stays good.")]
    private partial void LogUnsigned(Exception fault, string keyId);
}
