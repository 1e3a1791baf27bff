using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Token.Grants;

/// <summary>One way to tokens: what is presented is consumed first, and answered for afterwards.</summary>
internal interface IGrant
{
    /// <summary>One of <see cref="GrantTypes"/>.</summary>
    string GrantType { get; }

    /// <summary>Consumes what the request presents, or says why not.</summary>
    Task<Result<GrantedAccess>> RedeemAsync(Client client, TokenRequest request, CancellationToken ct);

    /// <summary>Makes it good again when no answer could be made; the reason goes into the audit log.</summary>
    Task GiveBackAsync(TokenRequest request, GrantedAccess access, string reason, CancellationToken ct);
}
