using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi;

/// <summary>
/// Whom an access token speaks for: a person, or a client by itself (RFC 6749 §4.4). The authorization server gives no
/// client an id that could be a person's (RFC 9068 §5), so the token alone tells.
/// </summary>
public static class SubjectExtensions
{
    /// <summary>
    /// True when nobody signed in for the token: <c>sub</c> is the client's own id, and there is no account to look
    /// for.
    /// </summary>
    /// <param name="principal">The user of a request that the bearer scheme let in.</param>
    public static bool IsClient(this ClaimsPrincipal principal) =>
        Of(principal) is ({ } subject, { } client) && subject == client;

    /// <summary>True when the token speaks for a person, whose account <c>sub</c> names.</summary>
    /// <param name="principal">The user of a request that the bearer scheme let in.</param>
    public static bool IsPerson(this ClaimsPrincipal principal) =>
        Of(principal) is ({ } subject, { } client) && subject != client;

    // Of one identity: what another scheme says of the same request is no part of the token.
    private static (string? Subject, string? Client) Of(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        var token = principal.Identities.FirstOrDefault(
            identity => identity.AuthenticationType == OAuthBearerExtensions.Scheme);
        return (token?.FindFirst("sub")?.Value, token?.FindFirst("client_id")?.Value);
    }
}
