using System.CommandLine;

namespace OAuthServer.Operators.Accounts;

/// <summary><c>OAuthServer accounts</c>: an operator's hand on people's access.</summary>
internal static class AccountsCommand
{
    public static Command Create(CommandRunner runner) => new(
        "accounts",
        "End what people are signed in to, and write what apps learn of them. 0: done; 1: there is no such account, or "
        + "a value is refused; 2: a setting is wrong; 3: the database cannot be used.")
    {
        AccountsSignOutCommand.Create(runner),
        AccountsFactorsCommand.Create(runner),
        AccountsProfileCommand.Create(runner),
    };
}
