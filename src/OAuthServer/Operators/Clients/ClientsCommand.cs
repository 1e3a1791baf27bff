using System.CommandLine;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients</c>: an operator's hand on the registered clients.</summary>
internal static class ClientsCommand
{
    /// <param name="runner">Runs it.</param>
    /// <param name="input">Where <c>hash-secret --stdin</c> reads; null is standard input.</param>
    public static Command Create(CommandRunner runner, TextReader? input = null) => new(
        "clients",
        "Look at the registered clients, and change them. 0: done; 1: refused, or something was found; "
        + "2: a setting is wrong; 3: the database cannot be used; 4: plan has changes.")
    {
        ClientsListCommand.Create(runner),
        ClientsShowCommand.Create(runner),
        ClientsLintCommand.Create(runner),
        ClientsHashCommand.Create(runner, input),
        ClientsRotateCommand.Create(runner),
        ClientsSwitchCommand.Disable(runner),
        ClientsSwitchCommand.Enable(runner),
        ClientsPlanCommand.Create(runner, PlanMode.Plan),
        ClientsPlanCommand.Create(runner, PlanMode.Apply),
    };
}
