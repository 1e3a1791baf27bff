using System.Security.Claims;

namespace OAuthServer.Endpoints.Admin;

/// <summary>Who calls the admin API.</summary>
/// <param name="Client">The app.</param>
/// <param name="Person">The operator in front of it; null for an app by itself.</param>
internal sealed record AdminCaller(string Client, Guid? Person)
{
    private const string ClientClaim = "client_id";
    private const string PersonClaim = "sub";
    private const string PseudonymClaim = "pseudonym";

    /// <summary>What the audit log calls the operator.</summary>
    public Guid? Pseudonym { get; init; }

    /// <summary>The caller of an authorized request.</summary>
    public static AdminCaller Of(HttpContext http) => Of(http.User)!;

    /// <summary>The caller that a principal stands for; null for a stranger.</summary>
    public static AdminCaller? Of(ClaimsPrincipal principal) =>
        principal.FindFirst(ClientClaim) is { } client
            ? new(client.Value, IdOf(principal, PersonClaim)) { Pseudonym = IdOf(principal, PseudonymClaim) }
            : null;

    /// <summary>As the framework carries it, with the scopes that count.</summary>
    public ClaimsPrincipal With(IEnumerable<string> scopes, string scheme)
    {
        List<Claim> claims = [new(ClientClaim, Client), .. scopes.Select(scope => new Claim("scope", scope))];
        if (Person is { } id) claims.Add(new Claim(PersonClaim, id.ToString()));
        if (Pseudonym is { } name) claims.Add(new Claim(PseudonymClaim, name.ToString()));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    private static Guid? IdOf(ClaimsPrincipal principal, string claim) =>
        Guid.TryParse(principal.FindFirst(claim)?.Value, out var id) ? id : null;
}
