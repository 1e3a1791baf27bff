using System.CommandLine;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients</c>: an operator's hand on the registered clients.</summary>
internal static class ClientsCommand
{
    public static Command Create(CommandRunner runner) => new(
        "clients",
        "Look at the registered clients, and change them. 0: done; 1: refused, or something was found; "
        + "2: a setting is wrong; 3: the database cannot be used; 4: plan has changes.")
    {
        ClientsListCommand.Create(runner),
        ClientsShowCommand.Create(runner),
        ClientsLintCommand.Create(runner),
        ClientsHashCommand.Create(runner),
        ClientsRotateCommand.Create(runner),
        ClientsSwitchCommand.Disable(runner),
        ClientsSwitchCommand.Enable(runner),
        ClientsLogoCommand.Create(runner),
        ClientsPlanCommand.Create(runner, PlanMode.Plan),
        ClientsPlanCommand.Create(runner, PlanMode.Apply),
    };
}
