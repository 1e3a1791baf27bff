using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Introspect;

/// <summary>What a caller is told.</summary>
/// <param name="Members">Those of RFC 7662 §2.2.</param>
/// <param name="Signed">The same as a JWT, when that was asked for (RFC 9701 §5).</param>
internal sealed record IntrospectionReply(IReadOnlyDictionary<string, object> Members, string? Signed)
{
    /// <summary>Holds what a token says.</summary>
    public override string ToString() => "an introspection";
}

/// <summary>
/// Answers whether a token is still good (RFC 7662). Whoever asks shows who it is: a public client cannot (§2.1).
/// </summary>
internal sealed class IntrospectService(
    ClientAuthenticator clients,
    Introspector introspector,
    KeyRing keys,
    ServerAddress address,
    RefusalJournal refusals,
    TimeProvider clock)
{
    public const string Endpoint = "introspect";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public async Task<Result<IntrospectionReply>> IntrospectAsync(IntrospectRequest request, CancellationToken ct)
    {
        var credentials = request.Credentials;
        var authenticated = await clients.AuthenticateAsync(credentials, request.Token, ct);
        if (authenticated.Failed(out var unknown, out var caller))
            return await refusals.RecordClientAsync(Endpoint, unknown, credentials.ClientId, request.Audit, ct);
        if (caller.IsPublic)
        {
            var nobody = OAuthError.InvalidClient(Reasons.IntrospectionByPublicClient) with { About = new(caller.Id) };
            return await refusals.RecordClientAsync(Endpoint, nobody, credentials.ClientId, request.Audit, ct);
        }

        // Never "not active" for a token that may be one of ours.
        if (keys.Current is not { } ring)
            return Note(OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing), request.Audit);
        var members = await introspector.DescribeAsync(caller, request.Token, ct);
        return new IntrospectionReply(members, request.Signed ? Sign(ring.Signing, caller, members) : null);
    }

    /// <summary>Logs a refusal that names nobody, and hands it on.</summary>
    public OAuthError Note(OAuthError error, AuditContext context) => refusals.Note(Endpoint, error, context);

    // All of it stands inside one member, so that nothing can take the answer for an access token (RFC 9701 §8.1).
    private string Sign(SigningKey key, Client caller, Dictionary<string, object> members) =>
        _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "token-introspection+jwt",
            SigningCredentials = key.Credentials,
            Claims = new Dictionary<string, object>
            {
                ["iss"] = address.Issuer,
                ["aud"] = caller.Id,
                ["iat"] = clock.GetUtcNow().ToUnixTimeSeconds(),
                ["token_introspection"] = members,
            },
        });
}
