using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OpenIddict.Client.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Tokens = OpenIddict.Client.AspNetCore.OpenIddictClientAspNetCoreConstants.Tokens;
using Properties = OpenIddict.Client.AspNetCore.OpenIddictClientAspNetCoreConstants.Properties;

namespace OAuthServer.Samples.StockClients;

/// <summary>A web app that signs people in with OpenIddict's client; says as JSON who that is.</summary>
internal static class OpenIddictApp
{
    private const string Client = "stock-openiddict";
    private const string Cookie = CookieAuthenticationDefaults.AuthenticationScheme;
    private const string OpenIddict = OpenIddictClientAspNetCoreDefaults.AuthenticationScheme;

    public static async Task RunAsync(Uri issuer, string address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddAuthentication(Cookie).AddCookie(cookie => cookie.Cookie.Name = "openiddict");
        builder.Services.AddOpenIddict().AddClient(options =>
        {
            options.AllowAuthorizationCodeFlow();
            options.AddEphemeralEncryptionKey();
            options.AddEphemeralSigningKey();
            options.DisableTokenStorage();
            options.UseSystemNetHttp();
            options.UseAspNetCore()
                .DisableTransportSecurityRequirement()
                .EnableRedirectionEndpointPassthrough()
                .EnablePostLogoutRedirectionEndpointPassthrough();
            options.AddRegistration(new()
            {
                Issuer = issuer,
                ClientId = Client,
                ClientSecret = Demo.Secret,
                RedirectUri = new("/callback", UriKind.Relative),
                PostLogoutRedirectUri = new("/signed-out", UriKind.Relative),
                Scopes = { Scopes.Email },
            });
        });

        var app = builder.Build();
        app.UseAuthentication();
        app.MapGet("/", (ClaimsPrincipal user) => Results.Json(new { email = user.FindFirstValue(Claims.Email) }));
        app.MapGet("/sign-in", () => Results.Challenge(new() { RedirectUri = "/" }, [OpenIddict]));
        app.MapMethods("/callback", ["GET", "POST"], (Delegate)SignInAsync);
        app.MapGet("/sign-out", (Delegate)SignOutAsync);
        app.MapGet("/signed-out", () => Results.Redirect("/"));
        await app.RunAsync();
    }

    private static async Task<IResult> SignInAsync(HttpContext context)
    {
        var answer = await context.AuthenticateAsync(OpenIddict);
        var email = answer.Principal!.FindFirstValue(Claims.Email) ?? "";
        var properties = new AuthenticationProperties { RedirectUri = answer.Properties!.RedirectUri };
        properties.StoreTokens(
            answer.Properties.GetTokens().Where(token => token.Name == Tokens.BackchannelIdentityToken));
        return Results.SignIn(new(new ClaimsIdentity([new(Claims.Email, email)], Cookie)), properties, Cookie);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context)
    {
        var hint = await context.GetTokenAsync(Cookie, Tokens.BackchannelIdentityToken);
        await context.SignOutAsync(Cookie);
        return Results.SignOut(
            new(new Dictionary<string, string?> { [Properties.IdentityTokenHint] = hint }), [OpenIddict]);
    }
}
