using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OAuthServer.Bench.OpenIddictHost;

/// <summary>
/// The application's half of the two pass-through endpoints. It does less than a real application, in the library's
/// favour: no session, no account in the database, no look-up of consent.
/// </summary>
internal static class AuthorizationEndpoints
{
    private const string UserId = "018f6d2a-3c55-7c41-9f0e-2d1f6a1b9c77";
    private const string Resource = "https://api.example";

    /// <summary>
    /// Signs a fixed person in, without a page. The offline_access scope is what makes OpenIddict issue a refresh
    /// token.
    /// </summary>
    public static IResult Authorize(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var identity = new ClaimsIdentity(
            TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, UserId);
        identity.SetScopes([.. request.GetScopes(), Scopes.OfflineAccess]);
        identity.SetResources(Resource);
        return SignIn(identity);
    }

    /// <summary>Makes new tokens from what the code or the refresh token says, which OpenIddict has checked.</summary>
    public static async Task<IResult> ExchangeAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        return SignIn(
            new ClaimsIdentity(
                result.Principal!.Claims,
                TokenValidationParameters.DefaultAuthenticationType,
                Claims.Name,
                Claims.Role));
    }

    private static IResult SignIn(ClaimsIdentity identity)
    {
        identity.SetDestinations(static _ => ImmutableArray.Create(Destinations.AccessToken));
        return Results.SignIn(
            new ClaimsPrincipal(identity), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }
}
