using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients list | show</c>: what is registered. A secret or its hash is never printed.</summary>
internal static class ClientsReadCommands
{
    private const int WidestId = 40;
    private const int WidestName = 40;

    public static Command List(ClientsContext context)
    {
        var json = ClientsContext.Json();
        var command = new Command("list", "Show every registered client. 0: done; 2: cannot run.") { json };
        command.SetAction((parsed, ct) => context.RunAsync(parsed, async database =>
        {
            var uses = await new ClientSecretUses(database).ListAsync(ct);
            var clients = (await new Storage.Clients(database).ListAsync(ct)).Select(row => ClientView.Of(row, uses, context.Now)).ToArray();
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(clients, ClientsJson.Default.ClientViewArray) : Table(clients));
            return ClientsContext.Done;
        }));
        return command;
    }

    public static Command Show(ClientsContext context)
    {
        var id = new Argument<string>("client_id") { Description = "The client." };
        var json = ClientsContext.Json();
        var command = new Command("show", "Show one client. 0: done; 1: there is no such client; 2: cannot run.") { id, json };
        command.SetAction((parsed, ct) => context.RunAsync(parsed, async database =>
        {
            if (await new Storage.Clients(database).FindAsync(parsed.GetValue(id)!, ct) is not { } row)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(ClientsContext.Unknown(parsed.GetValue(id)!));
                return ClientsContext.Refused;
            }

            var client = ClientView.Of(row, await new ClientSecretUses(database).ListAsync(ct), context.Now);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(client, ClientsJson.Default.ClientView) : Words(client));
            return ClientsContext.Done;
        }));
        return command;
    }

    private static string Table(IEnumerable<ClientView> clients) => TerminalText.Table(
    [
        ["CLIENT", "TYPE", "STATE", "SECRETS", "LAST USED", "NAME"],
        .. clients.Select(client => (string[])
        [
            TerminalText.Cut(client.ClientId, WidestId), client.ApplicationType, client.DisabledAt is null ? "enabled" : "disabled", Secrets(client),
            TerminalText.Time(client.LastUsedAt), TerminalText.Cut(client.Name, WidestName),
        ]),
    ]);

    // How many are live, and when the last of them ends.
    private static string Secrets(ClientView client)
    {
        var live = client.Secrets.Where(secret => secret.Live).ToList();
        if (live.Count == 0) return client.ApplicationType == "web" ? "none live" : "-";
        return live.Exists(secret => secret.ExpiresAt is null) ? $"{live.Count}" : $"{live.Count} until {live.Max(secret => secret.ExpiresAt)!.Value.UtcDateTime:yyyy-MM-dd}";
    }

    private static string Words(ClientView client) => TerminalText.Table(
    [
        ["client_id", TerminalText.Safe(client.ClientId)],
        ["name", TerminalText.Safe(client.Name)],
        ["application_type", client.ApplicationType],
        .. client.RedirectUris.Select(uri => (string[])["redirect_uri", TerminalText.Safe(uri)]),
        ["allowed_scopes", TerminalText.Safe(string.Join(' ', client.AllowedScopes))],
        ["default_scopes", TerminalText.Safe(string.Join(' ', client.DefaultScopes))],
        ["grant_types", string.Join(' ', client.GrantTypes)],
        ["require_pkce", client.RequirePkce ? "yes" : "no"],
        ["created_at", TerminalText.Time(client.CreatedAt)],
        ["updated_at", TerminalText.Time(client.UpdatedAt)],
        ["disabled_at", TerminalText.Time(client.DisabledAt)],
        .. client.Secrets.Select(secret => (string[])[secret.Column, Words(secret)]),
    ]);

    private static string Words(SecretView secret) =>
        $"{(secret.Live ? "live" : "ended")}, {(secret.ExpiresAt is { } end ? $"until {TerminalText.Time(end)}" : "no end")}, cost {secret.Cost}, last used {TerminalText.Time(secret.LastUsedAt)}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ClientView[]))]
[JsonSerializable(typeof(ClientsChangeCommands.Rotation))]
[JsonSerializable(typeof(ClientsChangeCommands.Switched))]
[JsonSerializable(typeof(ClientsHashCommand.Hashed))]
[JsonSerializable(typeof(ClientsPlanCommands.Report))]
internal sealed partial class ClientsJson : JsonSerializerContext;
