using System.CommandLine;
using OAuthServer.Clients;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// <c>OAuthServer clients</c>: an operator's hand on the registered clients. Exit codes: 0 done; 1 refused, or something
/// was found; 2 the configuration or the database cannot be used. <c>plan</c> has codes of its own: see <see cref="ClientsPlanCommands"/>.
/// </summary>
internal static class ClientsCommand
{
    /// <summary>The exit code of a command line that cannot be read; null where the usual one will do. 2 would tell a pipeline that there are changes.</summary>
    public static int? Misused(ParseResult parsed) => parsed.CommandResult.Command.Name is "plan" or "apply" ? ClientsPlanCommands.Fault : null;

    /// <summary>The command with all its subcommands.</summary>
    public static Command Create(ClientsContext context, Func<ClientSecretOptions> secrets) => new("clients", "Look at the registered clients, and change them.")
    {
        ClientsReadCommands.List(context),
        ClientsReadCommands.Show(context),
        ClientsLintCommand.Create(context),
        ClientsHashCommand.Create(secrets),
        ClientsChangeCommands.RotateSecret(context),
        ClientsChangeCommands.Disable(context),
        ClientsChangeCommands.Enable(context),
        ClientsPlanCommands.Plan(context),
        ClientsPlanCommands.Apply(context),
    };
}
