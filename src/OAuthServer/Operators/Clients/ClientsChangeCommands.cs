using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients rotate-secret | disable | enable</c>: one client changes, with its audit row, and every running instance follows.</summary>
internal static class ClientsChangeCommands
{
    public static Command RotateSecret(ClientsContext context)
    {
        var id = new Argument<string>("client_id") { Description = "The client." };
        var keepOld = Duration.KeepOld();
        var force = new Option<bool>("--force") { Description = "Go on although two secrets are live: the one that ends first ends now." };
        var json = ClientsContext.Json();
        var command = new Command("rotate-secret", "Make a new secret and print it once; the old one stays good for a while. 0: done; 1: refused; 2: cannot run.") { id, keepOld, force, json };
        command.SetAction((parsed, ct) => context.RunAsync(parsed, async database =>
        {
            // The slow part first, while nothing is locked.
            var secret = Handle.New();
            var hash = BCrypt.Net.BCrypt.HashPassword(secret, context.Cost);
            await using var editing = await ClientEditing.BeginAsync(database, ct);
            var row = await editing.FindAsync(parsed.GetValue(id)!, ct);
            if (Fault(parsed.GetValue(id)!, row, parsed.GetValue(force), editing.Now) is { } fault)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(fault);
                return ClientsContext.Refused;
            }

            SecretRotation.Rotate(row!, hash, Duration.Parse(parsed.GetValue(keepOld)!)!.Value, editing.Now);
            await editing.SaveAsync([new AuditEvent(AuditEventNames.ClientSecretRotated, null, AuditContext.Command, row!.ClientId)], ct);
            var made = new Rotation(row.ClientId, secret, row.NextClientSecretExpiresAt);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(made, ClientsJson.Default.Rotation) : Words(made));
            return ClientsContext.Done;
        }));
        return command;
    }

    public static Command Disable(ClientsContext context) =>
        Switch(context, "disable", "Refuse a client from now on, on every instance; nothing of it is deleted. 0: done; 1: there is no such client; 2: cannot run.", disable: true);

    public static Command Enable(ClientsContext context) =>
        Switch(context, "enable", "Let a disabled client work again. 0: done; 1: there is no such client; 2: cannot run.", disable: false);

    private static Command Switch(ClientsContext context, string name, string description, bool disable)
    {
        var id = new Argument<string>("client_id") { Description = "The client." };
        var json = ClientsContext.Json();
        var command = new Command(name, description) { id, json };
        command.SetAction((parsed, ct) => context.RunAsync(parsed, async database =>
        {
            await using var editing = await ClientEditing.BeginAsync(database, ct);
            if (await editing.FindAsync(parsed.GetValue(id)!, ct) is not { } row)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(ClientsContext.Unknown(parsed.GetValue(id)!));
                return ClientsContext.Refused;
            }

            var changes = row.DisabledAt is not null != disable;
            var disabledAt = disable ? row.DisabledAt ?? editing.Now : (DateTimeOffset?)null;
            if (changes)
            {
                row.DisabledAt = disabledAt;
                var happened = disable ? AuditEventNames.ClientDisabled : AuditEventNames.ClientEnabled;
                await editing.SaveAsync([new AuditEvent(happened, null, AuditContext.Command, row.ClientId)], ct);
            }

            var words = !changes ? $"{row.ClientId} was {name}d already." : $"{row.ClientId} is {name}d.{(disable ? " Access tokens that are out stay good until they end." : "")}";
            await parsed.InvocationConfiguration.Output.WriteLineAsync(
                parsed.GetValue(json) ? JsonSerializer.Serialize(new Switched(row.ClientId, changes, disabledAt), ClientsJson.Default.Switched) : words);
            return ClientsContext.Done;
        }));
        return command;
    }

    private static string? Fault(string id, ClientRow? row, bool force, DateTimeOffset now)
    {
        if (row is null) return ClientsContext.Unknown(id);
        if (row.ApplicationType != "web") return $"{row.ClientId} is public ({row.ApplicationType}) and has no secret.";
        return LiveSecrets.Of(row, now).Count == 2 && !force
            ? $"{row.ClientId} has two live secrets already: one of them would end at once. Wait until one has ended, or use --force."
            : null;
    }

    private static string Words(Rotation made) =>
        $"client_secret (give it to the client, it is not shown again): {made.ClientSecret}{Environment.NewLine}"
        + (made.OldSecretExpiresAt is { } end ? $"The old secret stays good until {TerminalText.Time(end)}." : "No other secret is good any more.");

    /// <summary>What <c>disable --json</c> and <c>enable --json</c> print.</summary>
    /// <param name="ClientId">The client.</param>
    /// <param name="Changed">False when it was so already.</param>
    /// <param name="DisabledAt">Since when it is refused; null when it is not.</param>
    internal sealed record Switched(string ClientId, bool Changed, DateTimeOffset? DisabledAt);

    /// <summary>What <c>rotate-secret --json</c> prints.</summary>
    internal sealed record Rotation(string ClientId, string ClientSecret, DateTimeOffset? OldSecretExpiresAt)
    {
        /// <summary>Holds the secret.</summary>
        public override string ToString() => ClientId;
    }
}
