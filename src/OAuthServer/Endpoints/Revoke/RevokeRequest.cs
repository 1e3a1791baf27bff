using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>A revocation request (RFC 7009 §2.1).</summary>
internal sealed record RevokeRequest(ClientCredentials Credentials, string Token, AuditContext Audit)
{
    /// <summary>The budget of the address, when it is used up: only what is right is still done.</summary>
    public BudgetState? UsedUp { get; init; }

    public static async ValueTask<Result<RevokeRequest>> ParseAsync(HttpRequest http, CancellationToken ct)
    {
        if ((await PresentedToken.ParseAsync(http, ct)).Failed(out var refusal, out var presented)) return refusal;
        return new RevokeRequest(presented.Credentials, presented.Token, http.HttpContext.Audit())
        {
            UsedUp = AddressBudgets.UsedUp(http.HttpContext),
        };
    }

    /// <summary>Holds a token.</summary>
    public override string ToString() => $"revocation by {Credentials}";
}
