using System.CommandLine;
using OAuthServer.Clients;

namespace OAuthServer.Commands;

/// <summary>
/// <c>OAuthServer clients</c>: an operator's hand on the registered clients. Exit codes: 0 done; 1 refused, or something
/// was found; 2 the configuration or the database cannot be used.
/// </summary>
internal static class ClientsCommand
{
    /// <summary>The command with all its subcommands.</summary>
    public static Command Create(ClientsContext context, Func<ClientSecretOptions> secrets) => new("clients", "Look at the registered clients, and change them.")
    {
        ClientsLintCommand.Create(context),
        ClientsHashCommand.Create(secrets),
    };
}
