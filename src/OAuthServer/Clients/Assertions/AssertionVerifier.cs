using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Audit;
using OAuthServer.Clients.RemoteKeys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Assertions;

/// <summary>
/// Checks the assertion of a client (RFC 7523 §3): what it says, then who signed it, and last of all, so that a forged
/// one burns nothing, that it is the first time (docs/decisions/032-an-assertion-is-used-by-a-statement-of-its-own.md).
/// </summary>
internal sealed class AssertionVerifier(
    ServerAddress address, RemoteKeySets remote, UsedJwts used, ServerTelemetry telemetry, TimeProvider clock)
{
    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>Null when the client made it, for us, and it is used from now on; else the refusal.</summary>
    public async ValueTask<OAuthError?> CheckAsync(Client client, ClientAssertion assertion, CancellationToken ct)
    {
        if (!client.HasKeys) return OAuthError.InvalidClient(Reasons.ClientHasNoKeys);
        if (AssertionRules.Fault(assertion, client.Id, address.Issuer, clock.GetUtcNow()) is { } fault)
            return Refusal(fault, assertion);
        if (client.SigningAlgorithm is { } only && only != assertion.Algorithm)
            return OAuthError.InvalidClient(Reasons.ClientAssertionAlgorithm);
        var unsigned = client.JwksUri is { } uri
            ? await SignatureFaultAsync(remote.Of(uri), assertion, ct)
            : await SignatureFaultAsync(client.Keys, assertion);
        if (unsigned is not null) return OAuthError.InvalidClient(unsigned);
        var id = UsedJwts.IdOf(UsedJwts.ClientAssertion, client.Id, assertion.Id!);
        var end = DateTimeOffset.UnixEpoch.AddSeconds(Math.Ceiling(assertion.ExpiresAt!.Value));
        return await used.TryUseAsync(id, end, ct) ? null : OAuthError.InvalidClient(Reasons.ClientAssertionReused);
    }

    private OAuthError Refusal(string reason, ClientAssertion assertion)
    {
        var refusal = OAuthError.InvalidClient(reason);
        return reason == Reasons.ClientAssertionAudience
            ? refusal with { Audience = new(assertion.Audience ?? [], address.Issuer) }
            : refusal;
    }

    // A client that has a new key signs with it before its old set has left our memory: the set is fetched once more.
    private async ValueTask<string?> SignatureFaultAsync(
        RemoteKeySet published, ClientAssertion assertion, CancellationToken ct)
    {
        if (await published.GetAsync(ct) is not { } keys) return Reasons.ClientKeysUnavailable;
        var fault = await SignatureFaultAsync(keys, assertion);
        var mayBeNew = fault == Reasons.ClientAssertionKeyUnknown || assertion.KeyId is null;
        if (fault is null || !mayBeNew) return fault;
        return await published.NewerAsync(keys, ct) is { } newer
            ? await SignatureFaultAsync(newer, assertion)
            : fault;
    }

    private async ValueTask<string?> SignatureFaultAsync(ClientKeySet keys, ClientAssertion assertion)
    {
        var candidates = keys.Candidates(assertion.Algorithm, assertion.KeyId);
        if (candidates.Count == 0) return Reasons.ClientAssertionKeyUnknown;
        using var span = telemetry.Span("check client assertion");
        // The claims were looked at before; the keys are the client's alone, whatever the header brings along.
        var result = await _handler.ValidateTokenAsync(assertion.Text, new TokenValidationParameters
        {
            ValidAlgorithms = [assertion.Algorithm],
            IssuerSigningKeyResolver = (_, _, _, _) => candidates,
            TryAllIssuerSigningKeys = true,
            RequireSignedTokens = true,
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid ? null : Reasons.ClientAssertionSignature;
    }
}
