using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients disable | enable</c>: with an audit row; every running instance follows.</summary>
internal static class ClientsSwitchCommand
{
    public static Command Disable(CommandRunner runner) => Create(
        runner, disable: true,
        "Refuse a client from now on, on every instance; nothing of it is deleted. 0: done; 1: there is no such "
        + "client.");

    public static Command Enable(CommandRunner runner) => Create(
        runner, disable: false, "Let a disabled client work again. 0: done; 1: there is no such client.");

    private static Command Create(CommandRunner runner, bool disable, string description)
    {
        var id = ClientsOptions.Id();
        var json = CommandOutput.Json();
        var command = new Command(disable ? "disable" : "enable", description) { id, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var registrar = new ClientRegistrar(database, runner.Settings.ClientSecrets.Cost);
            var edited = await registrar.SwitchAsync(parsed.GetValue(id)!, disable, null, Editor.Command, ct);
            if (edited.Failed(out var refusal, out var client))
            {
                await parsed.PrintErrorAsync(ClientsOptions.Sentence(refusal, parsed.GetValue(id)!));
                return ExitCodes.Refused;
            }

            var switched = new Switched(client.Row.ClientId, client.Changed, client.Row.DisabledAt);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(switched, ClientsJson.Default.Switched)
                : Sentence(switched));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Sentence(Switched switched) => (switched.Changed, switched.DisabledAt) switch
    {
        (false, null) => $"{switched.ClientId} was enabled already.",
        (false, _) => $"{switched.ClientId} was disabled already.",
        (true, null) => $"{switched.ClientId} is enabled.",
        (true, _) => $"{switched.ClientId} is disabled. Access tokens that are out stay good until they end.",
    };

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Changed">False when it was so already.</param>
    /// <param name="DisabledAt">Since when it is refused; null when it is not.</param>
    internal sealed record Switched(string ClientId, bool Changed, DateTimeOffset? DisabledAt);
}
