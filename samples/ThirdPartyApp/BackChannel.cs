using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Samples.ThirdPartyApp;

/// <summary>
/// The server says which sessions are over (OpenID Connect Back-Channel Logout); a cookie of one ends with its next
/// use.
/// </summary>
internal static class BackChannel
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>Checks a logout token and remembers its session for as long as a cookie of it can live.</summary>
    public static async Task<IResult> ReceiveAsync(
        HttpContext context, IOptionsMonitor<OpenIdConnectOptions> options,
        IOptionsMonitor<CookieAuthenticationOptions> cookies, IDistributedCache ended)
    {
        var oidc = options.Get(OpenIdConnectDefaults.AuthenticationScheme);
        var rules = oidc.TokenValidationParameters.Clone(); // has the client id as audience
        rules.ConfigurationManager = oidc.ConfigurationManager as BaseConfigurationManager; // has issuer and keys
        rules.ValidTypes = ["logout+jwt"];
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var token = await oidc.TokenHandler.ValidateTokenAsync(form["logout_token"], rules);
        if (!token.IsValid || token.ClaimsIdentity.FindFirst("nonce") is not null
            || token.ClaimsIdentity.FindFirst("sid") is not { } session
                || token.ClaimsIdentity.FindFirst("events")?.Value.Contains(Event, StringComparison.Ordinal) != true)
            return Results.BadRequest();

        var lifetime = cookies.Get(CookieAuthenticationDefaults.AuthenticationScheme).ExpireTimeSpan;
        await ended.SetAsync(
            session.Value, [1], new() { AbsoluteExpirationRelativeToNow = lifetime }, context.RequestAborted);
        return Results.Ok();
    }

    /// <summary>Refuses the cookie of a session that is over.</summary>
    public static async Task EndSessionsThatAreOverAsync(CookieValidatePrincipalContext context)
    {
        var ended = context.HttpContext.RequestServices.GetRequiredService<IDistributedCache>();
        if (context.Principal?.FindFirst("sid") is not { } session || await ended.GetAsync(session.Value) is null)
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync();
    }
}
