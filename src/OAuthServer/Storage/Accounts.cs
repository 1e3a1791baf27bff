using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage;

/// <summary>A person who can sign in (table <c>accounts</c>). ASP.NET Core Identity owns passwords and lockout.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>When an operator shut the account; its sessions, codes and refresh tokens are dead from then on.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>The mapping of Identity's tables.</summary>
internal static class AccountTables
{
    public static void MapAccounts(this ModelBuilder model)
    {
        model.Entity<Account>().ToTable("accounts");
        model.Entity<IdentityUserClaim<Guid>>().ToTable("account_claims");
        model.Entity<IdentityUserLogin<Guid>>().ToTable("account_logins");
        model.Entity<IdentityUserToken<Guid>>().ToTable("account_tokens");
    }
}
