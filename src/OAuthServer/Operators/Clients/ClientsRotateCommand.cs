using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// <c>OAuthServer clients rotate-secret</c>: a new secret, with its audit row; every running instance follows.
/// </summary>
internal static class ClientsRotateCommand
{
    public static Command Create(CommandRunner runner)
    {
        var id = ClientsOptions.Id();
        var keepOld = ClientsOptions.KeepOld();
        var force = ClientsOptions.Force();
        var json = CommandOutput.Json();
        var command = new Command(
            "rotate-secret",
            "Make a new secret and print it once; the old one stays good for a while. 0: done; 1: refused.")
        {
            id, keepOld, force, json,
        };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            // The slow part first, while nothing is locked.
            var secret = Handle.New();
            var hash = BCrypt.Net.BCrypt.HashPassword(secret, runner.Settings.ClientSecrets.Cost);
            await using var editing = await ClientEditing.BeginAsync(database, ct);
            if (await editing.FindAsync(parsed.GetValue(id)!, ct) is not { } row)
            {
                await parsed.PrintErrorAsync(ClientsOptions.Unknown(parsed.GetValue(id)!));
                return ExitCodes.Refused;
            }

            if (Fault(row, parsed.GetValue(force), editing.Now) is { } fault)
            {
                await parsed.PrintErrorAsync(fault);
                return ExitCodes.Refused;
            }

            SecretRotation.Rotate(row, hash, parsed.GetValue(keepOld) ?? SecretRotation.UsualOverlap, editing.Now);
            await editing.SaveAsync([Rotation(row)], ct);
            var made = new Rotated(row.ClientId, secret, row.NextClientSecretExpiresAt);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(made, ClientsJson.Default.Rotated)
                : Sentences(made));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static AuditEvent Rotation(ClientRow row) =>
        new(AuditEventNames.ClientSecretRotated, null, AuditContext.Command, row.ClientId);

    private static string? Fault(ClientRow row, bool force, DateTimeOffset now)
    {
        if (row.ApplicationType != "web")
            return $"{row.ClientId} is public ({row.ApplicationType}) and has no secret.";
        if (row.HasKeys()) return $"{row.ClientId} has keys and no secret: change jwks, or what is at its jwks_uri.";
        return StoredSecret.LiveOf(row, now).Count == 2 && !force
            ? $"{row.ClientId} has two live secrets already: one of them would end at once. "
                + "Wait until one has ended, or use --force."
            : null;
    }

    private static string Sentences(Rotated made)
    {
        var old = made.OldSecretExpiresAt is { } end
            ? $"The old secret stays good until {TerminalText.Time(end)}."
            : "No other secret is good any more.";
        return $"client_secret (give it to the client, it is not shown again): {made.ClientSecret}"
            + $"{Environment.NewLine}{old}";
    }

    /// <summary>What <c>--json</c> prints.</summary>
    internal sealed record Rotated(string ClientId, string ClientSecret, DateTimeOffset? OldSecretExpiresAt)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => ClientId;
    }
}
