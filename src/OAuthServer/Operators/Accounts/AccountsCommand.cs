using System.CommandLine;

namespace OAuthServer.Operators.Accounts;

/// <summary><c>OAuthServer accounts</c>: an operator's hand on people's accounts and access.</summary>
internal static class AccountsCommand
{
    public static Command Create(CommandRunner runner) => new(
        "accounts",
        "Make accounts of people, and look after them. 0: done; 1: there is no such account, or something is refused; "
        + "2: a setting or the command line is wrong; 3: the database cannot be used.")
    {
        AccountsCreateCommand.Create(runner),
        AccountsCreateCommand.Invite(runner),
        AccountsImportCommand.Create(runner),
        AccountsListCommand.Create(runner),
        AccountsShowCommand.Create(runner),
        AccountsSwitchCommand.Disable(runner),
        AccountsSwitchCommand.Enable(runner),
        AccountsResetCommand.Create(runner),
        AccountsSwitchCommand.Unlock(runner),
        AccountsSignOutCommand.Create(runner),
        AccountsFactorsCommand.Create(runner),
        AccountsProfileCommand.Create(runner),
    };
}
