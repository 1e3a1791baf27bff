using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients.Editing;

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
            var registrar = new ClientRegistrar(database, runner.Settings.ClientSecrets.Cost);
            var overlap = parsed.GetValue(keepOld) ?? SecretRotation.UsualOverlap;
            var change = new SecretChange(overlap, parsed.GetValue(force));
            var edited = await registrar.RotateAsync(parsed.GetValue(id)!, change, Editor.Command, ct);
            if (edited.Failed(out var refusal, out var client))
            {
                await parsed.PrintErrorAsync(ClientsOptions.Sentence(refusal, parsed.GetValue(id)!));
                return ExitCodes.Refused;
            }

            var made = new Rotated(client.Row.ClientId, client.Secret!, client.Row.NextClientSecretExpiresAt);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(made, ClientsJson.Default.Rotated)
                : Sentences(made));
            return ExitCodes.Done;
        }));
        return command;
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
