using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What happens when a session cookie is read: its fixed end is kept, and every five minutes the account is looked
/// up, so that a changed password or a disabled account ends all its sessions. Challenges never redirect: routes do
/// that by themselves.
/// </summary>
internal sealed class SessionEvents(SignInManager<Account> signIn, TimeProvider clock) : CookieAuthenticationEvents
{
    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMinutes(5);

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var now = clock.GetUtcNow();
        if (AccountSession.HasEnded(context.Properties, now))
        {
            await EndAsync(context);
            return;
        }
        if (context.Properties.IssuedUtc + LookUpEvery > now) return;
        if (await signIn.ValidateSecurityStampAsync(context.Principal) is not { } account)
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
