using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>One way to tokens: what is presented is consumed first, and answered for afterwards.</summary>
internal interface IGrant
{
    /// <summary>Consumes what the request presents, or says why not.</summary>
    Task<Result<Entitlement>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct);

    /// <summary>Makes it good again when no answer could be made; the reason goes into the audit log.</summary>
    Task GiveBackAsync(TokenRequest request, Entitlement entitlement, string reason, CancellationToken ct);
}

/// <summary>What a grant bought: whose access, with which scope in this access token, and the refresh token to hand out.</summary>
internal sealed record Entitlement(Guid UserId, Guid FamilyId, string Scope, string? RefreshToken)
{
    /// <summary>Holds the refresh token.</summary>
    public override string ToString() => $"entitlement of {UserId}";
}
