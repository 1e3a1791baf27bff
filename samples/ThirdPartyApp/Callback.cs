using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;

namespace OAuthServer.Samples.ThirdPartyApp;

/// <summary>What happens around <c>/callback</c>, the redirect URI.</summary>
internal static class Callback
{
    /// <summary>Refuses an authorization response whose <c>iss</c> is missing, repeated or not our server (RFC 9207 §2.4).</summary>
    public static Task CheckIssuerAsync(HttpContext context, string server, RequestDelegate next)
    {
        if (context.Request.Path != "/callback" || context.Request.Query["iss"] == server) return next(context);
        context.Response.Redirect("/error?reason=issuer");
        return Task.CompletedTask;
    }

    /// <summary>Keeps the granted scope beside the tokens: the user may have granted less than was asked (RFC 6749 §5.1).</summary>
    public static Task KeepScopeAsync(OAuthCreatingTicketContext context)
    {
        var scope = context.TokenResponse.Response?.RootElement.TryGetProperty("scope", out var value) == true ? value.GetString() : null;
        context.Properties.StoreTokens([.. context.Properties.GetTokens(), new AuthenticationToken { Name = "scope", Value = scope ?? "read write" }]);
        context.Identity?.AddClaim(new Claim(ClaimTypes.Name, "connected user"));
        return Task.CompletedTask;
    }

    /// <summary>The user said no, or the response was not for this browser: one readable page, never a stack trace.</summary>
    public static Task ExplainAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        context.Response.Redirect(context.Request.Query["error"] == "access_denied" ? "/error?reason=denied" : "/error?reason=callback");
        return Task.CompletedTask;
    }
}
