using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>What the page of the account leads to, in its order: a page of the account adds its line here.</summary>
internal static class AccountEntries
{
    public static IReadOnlyList<AccountEntry> All { get; } =
    [
        new(Routes.Profile, new("Account.Profile"), new("Account.ProfileText")),
        new(Routes.Password, new("Account.Password"), new("Account.PasswordText")),
        new(Routes.Factors, new("Account.Factors"), new("Account.FactorsText")),
        new(Routes.Passkeys, new("Account.Passkeys"), new("Account.PasskeysText")),
        new(Routes.Logins, new("Account.Logins"), new("Account.LoginsText")),
        new(Routes.Sessions, new("Account.Sessions"), new("Account.SessionsText")),
        new(Routes.Connections, new("Account.Connections"), new("Account.ConnectionsText")),
        new(Routes.Email, new("Account.Email"), new("Account.EmailText")),
        new(Routes.Data, new("Account.Data"), new("Account.DataText")),
        new(Routes.Delete, new("Account.Delete"), new("Account.DeleteText")),
    ];
}
