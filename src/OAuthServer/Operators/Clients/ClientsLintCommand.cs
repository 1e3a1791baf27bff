using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients lint</c>: the clients that cannot work, or that somebody should look at.</summary>
internal static class ClientsLintCommand
{
    public static Command Create(CommandRunner runner)
    {
        var strict = new Option<bool>("--strict") { Description = "Let warnings count as well." };
        var json = CommandOutput.Json();
        var command = new Command(
            "lint",
            "Look for clients that cannot work or that somebody should look at. 0: no error; 1: an error was found, "
            + "or with --strict a warning.") { strict, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var settings = runner.Settings;
            var apis = new ResourceList(await new Resources(database).ListAsync(ct));
            var lint = new ClientLint(apis, settings.ClientSecrets.Cost, settings.Clock.GetUtcNow());
            var clients = await new Storage.Clients(database).ListAsync(ct);
            var findings = lint.Check(clients, await new ClientSecretUses(database).ListAsync(ct));
            await parsed.PrintAsync(parsed.GetValue(json) ? Json(findings) : Lines(findings));
            var counts = findings.Any(finding => parsed.GetValue(strict) || finding.Severity == FindingSeverity.Error);
            return counts ? ExitCodes.Refused : ExitCodes.Done;
        }));
        return command;
    }

    private static string Lines(IReadOnlyList<ClientFinding> findings)
    {
        var lines = findings.Select(finding => TerminalText.Safe(
            $"{Name(finding)}  {finding.ClientId}  {finding.Rule}: {finding.What} {finding.Advice}"));
        var errors = findings.Count(finding => finding.Severity == FindingSeverity.Error);
        var sum = $"{Quantity.Of(errors, "error")}, {Quantity.Of(findings.Count - errors, "warning")}.";
        return string.Join(Environment.NewLine, [.. lines, sum]);
    }

    private static string Json(IReadOnlyList<ClientFinding> findings)
    {
        var told = findings.Select(finding =>
            new Finding(finding.ClientId, finding.Rule, Name(finding), finding.What, finding.Advice));
        return JsonSerializer.Serialize([.. told], ClientsJson.Default.FindingArray);
    }

    private static string Name(ClientFinding finding) =>
        finding.Severity == FindingSeverity.Error ? "error" : "warning";

    /// <summary>A finding as <c>--json</c> prints it.</summary>
    internal sealed record Finding(string ClientId, string Rule, string Severity, string What, string Advice);
}
