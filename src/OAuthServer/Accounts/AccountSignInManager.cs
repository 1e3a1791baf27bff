using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>ASP.NET Core Identity's sign-in, which also turns away accounts that an operator has disabled.</summary>
internal sealed class AccountSignInManager(
    UserManager<Account> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Account> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Account> confirmation)
    : SignInManager<Account>(users, http, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(Account user) =>
        user.DisabledAt is null && await base.CanSignInAsync(user);

    /// <summary>
    /// Null when the session has to end: unknown account, new security stamp, or disabled meanwhile.
    /// </summary>
    public override async Task<Account?> ValidateSecurityStampAsync(ClaimsPrincipal? principal) =>
        await base.ValidateSecurityStampAsync(principal) is { } user && await CanSignInAsync(user) ? user : null;
}
