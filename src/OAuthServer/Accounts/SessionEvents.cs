using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What happens when a session cookie is read: its fixed end is kept, and the session's row is asked, so that one that
/// was ended anywhere is over here at the next request. Every five minutes the account is looked up too, and the
/// session noted as used. Challenges never redirect: routes do that by themselves.
/// </summary>
internal sealed class SessionEvents(SignInManager<Account> signIn, Sessions sessions, TimeProvider clock)
    : CookieAuthenticationEvents
{
    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMinutes(5);

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var now = clock.GetUtcNow();
        var session = AccountSession.Read(context.Principal!, context.Properties);
        if (session is null || AccountSession.HasEnded(context.Properties, now))
        {
            await EndAsync(context);
            return;
        }
        if (context.Properties.IssuedUtc + LookUpEvery > now)
        {
            if (!await IsLiveAsync(context.HttpContext, session)) await EndAsync(context);
            return;
        }
        var ct = context.HttpContext.RequestAborted;
        if (await signIn.ValidateSecurityStampAsync(context.Principal) is not { } account
            || !await sessions.TryUseAsync(session.SessionId, AccountSession.KeptLifetime, ct))
        {
            await EndAsync(context);
            return;
        }
        context.ReplacePrincipal(await signIn.CreateUserPrincipalAsync(account));
        context.ShouldRenew = true;
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context) =>
        Answer(context, StatusCodes.Status401Unauthorized);

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context) =>
        Answer(context, StatusCodes.Status403Forbidden);

    public override Task RedirectToLogout(RedirectContext<CookieAuthenticationOptions> context) => Task.CompletedTask;

    public override Task RedirectToReturnUrl(RedirectContext<CookieAuthenticationOptions> context) =>
        Task.CompletedTask;

    private async ValueTask<bool> IsLiveAsync(HttpContext http, SignedInAccount session)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<SessionAskedLater>() is not null) return true;
        return await sessions.IsLiveAsync(
            session.SessionId, session.Id, session.SecurityStamp, http.RequestAborted);
    }

    private static Task EndAsync(CookieValidatePrincipalContext context)
    {
        context.RejectPrincipal();
        return context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
