using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients lint</c>: exit code 1 when there is an error, or with <c>--strict</c> a warning; else 0.</summary>
internal static class ClientsLintCommand
{
    public static Command Create(ClientsContext context)
    {
        var strict = new Option<bool>("--strict") { Description = "Let warnings count as well." };
        var json = ClientsContext.Json();
        var command = new Command("lint", "Look for clients that cannot work or that somebody should look at. 0: no error; 1: an error was found; 2: cannot run.") { strict, json };
        command.SetAction((parsed, ct) => context.RunAsync(parsed, async database =>
        {
            var lint = new ClientLint(context.Scopes, context.Cost, context.Now);
            var findings = lint.Check(await new Storage.Clients(database).ListAsync(ct), await new ClientSecretUses(database).ListAsync(ct));
            await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? ToJson(findings) : Words(findings));
            return findings.Any(finding => parsed.GetValue(strict) || finding.Severity == FindingSeverity.Error) ? ClientsContext.Refused : ClientsContext.Done;
        }));
        return command;
    }

    private static string Words(IReadOnlyList<ClientFinding> findings)
    {
        var lines = findings.Select(finding => TerminalText.Safe($"{Name(finding)}  {finding.ClientId}  {finding.Rule}: {finding.What} {finding.Advice}"));
        var errors = findings.Count(finding => finding.Severity == FindingSeverity.Error);
        return string.Join(Environment.NewLine, [.. lines, $"{errors} errors, {findings.Count - errors} warnings."]);
    }

    private static string ToJson(IReadOnlyList<ClientFinding> findings) =>
        JsonSerializer.Serialize(findings.Select(finding => new Finding(finding.ClientId, finding.Rule, Name(finding), finding.What, finding.Advice)).ToArray(), LintJson.Default.FindingArray);

    private static string Name(ClientFinding finding) => finding.Severity == FindingSeverity.Error ? "error" : "warning";

    /// <summary>A finding as <c>--json</c> prints it.</summary>
    internal sealed record Finding(string ClientId, string Rule, string Severity, string What, string Advice);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ClientsLintCommand.Finding[]))]
internal sealed partial class LintJson : JsonSerializerContext;
