using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What a session cookie says of a person: id, name and stamp. Identity's own would ask a table of claims.
/// </summary>
internal sealed class AccountPrincipalFactory(IOptions<IdentityOptions> options) : IUserClaimsPrincipalFactory<Account>
{
    public Task<ClaimsPrincipal> CreateAsync(Account user)
    {
        var names = options.Value.ClaimsIdentity;
        var identity = new ClaimsIdentity(
            IdentityConstants.ApplicationScheme, names.UserNameClaimType, names.RoleClaimType);
        identity.AddClaim(new Claim(names.UserIdClaimType, user.Id.ToString()));
        identity.AddClaim(new Claim(names.UserNameClaimType, user.UserName ?? string.Empty));
        identity.AddClaim(new Claim(names.SecurityStampClaimType, user.SecurityStamp ?? string.Empty));
        return Task.FromResult(new ClaimsPrincipal(identity));
    }
}
