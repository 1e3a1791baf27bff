using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// What a session cookie says of a person: id, name and stamp. Identity's own would ask a table of claims.
/// </summary>
internal sealed class AccountPrincipalFactory(IOptions<IdentityOptions> options, AccountLogins logins)
    : IUserClaimsPrincipalFactory<Account>
{
    public async Task<ClaimsPrincipal> CreateAsync(Account user)
    {
        var names = options.Value.ClaimsIdentity;
        var identity = new ClaimsIdentity(
            IdentityConstants.ApplicationScheme, names.UserNameClaimType, names.RoleClaimType);
        identity.AddClaim(new Claim(names.UserIdClaimType, user.Id.ToString()));
        identity.AddClaim(new Claim(names.UserNameClaimType, await NameAsync(user)));
        identity.AddClaim(new Claim(names.SecurityStampClaimType, user.SecurityStamp ?? string.Empty));
        return new ClaimsPrincipal(identity);
    }

    // Without an address the name is the id, which nobody knows themselves by.
    private async Task<string> NameAsync(Account user)
    {
        if (user.Email is not null) return user.UserName ?? string.Empty;
        var known = await logins.ListAsync(user.Id, CancellationToken.None);
        return known.Select(login => login.Name).FirstOrDefault(name => name is not null) ?? string.Empty;
    }
}
