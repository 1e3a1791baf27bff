using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients list</c>: a line for each client. A secret or its hash is never printed.</summary>
internal static class ClientsListCommand
{
    private const int WidestId = 40;
    private const int WidestName = 40;

    public static Command Create(CommandRunner runner)
    {
        var json = CommandOutput.Json();
        var command = new Command("list", "Show every registered client.") { json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var now = runner.Settings.Clock.GetUtcNow();
            var uses = await new ClientSecretUses(database).ListAsync(ct);
            var rows = await new Storage.Clients(database).ListAsync(ct);
            var clients = rows.Select(row => ClientView.Of(row, uses, now)).ToArray();
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(clients, ClientsJson.Default.ClientViewArray)
                : Table(clients));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Table(IEnumerable<ClientView> clients) => TerminalText.Table(
    [
        ["CLIENT", "TYPE", "STATE", "SECRETS", "LAST USED", "NAME"],
        .. clients.Select(client => (string[])
        [
            TerminalText.Cut(client.ClientId, WidestId),
            client.ApplicationType,
            client.DisabledAt is null ? "enabled" : "disabled",
            Secrets(client),
            TerminalText.Time(client.LastUsedAt),
            TerminalText.Cut(client.Name, WidestName),
        ]),
    ]);

    // How many are live, and when the last of them ends; or what stands in their place.
    private static string Secrets(ClientView client)
    {
        if (client.JwksUri is not null) return "jwks_uri";
        if (client.Keys.Count > 0) return $"{client.Keys.Count} {(client.Keys.Count == 1 ? "key" : "keys")}";
        var live = client.Secrets.Where(secret => secret.Live).ToList();
        if (live.Count == 0) return client.ApplicationType == "web" ? "none live" : "-";
        return live.Exists(secret => secret.ExpiresAt is null)
            ? $"{live.Count}"
            : $"{live.Count} until {live.Max(secret => secret.ExpiresAt)!.Value.UtcDateTime:yyyy-MM-dd}";
    }
}
