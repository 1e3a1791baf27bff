using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>
/// Signing in at another provider: the button that leads there, and its answer (OpenID Connect Core §3.1.2).
/// </summary>
internal static class ExternalEndpoint
{
    private static readonly string[] Fields = ["returnUrl", "provider"];

    /// <returns>The routes that let people in: one for the buttons, and one for the answers of each provider.</returns>
    public static IEnumerable<IEndpointConventionBuilder> MapExternal(
        this IEndpointRouteBuilder routes, ExternalProviders providers) =>
    [
        routes.MapPost(Routes.SignInExternally, GoAsync).WithName("external-sign-in"),
        .. providers.All.Select(provider => routes.MapGet(
            provider.CallbackRoute,
            (HttpContext http, ExternalAnswer answer) => answer.ReceiveAsync(http, provider))),
    ];

    private static async Task<IResult> GoAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        ExternalProviders providers,
        SignInAnswer signIn,
        ExternalAnswer answer)
    {
        var form = await AccountForm.ReadAsync(http.Request, Fields, http.RequestAborted);
        var target = signIn.TargetOf(http.Request, form);
        if (form is null || providers.Find(form["provider"]) is not { } provider) return signIn.Malformed(target);
        var person = await AccountSession.ReadAsync(http);
        // As the other forms of signing in: it belongs to the browser.
        http.User = new ClaimsPrincipal(new ClaimsIdentity());
        return await antiforgery.IsRequestValidAsync(http)
            ? await answer.GoAsync(http, provider, target, person is not null)
            : signIn.Expired(target);
    }
}
