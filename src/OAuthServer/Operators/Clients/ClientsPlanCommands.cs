using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// <c>OAuthServer clients plan | apply FILE</c>. Exit codes of plan: 0 nothing to do; 2 there are changes; 1 a fault of any kind, a
/// misspelt option included. Of apply: 0 done, also when there was nothing to do; 1 a fault, and nothing was changed.
/// </summary>
internal static class ClientsPlanCommands
{
    /// <summary>A fault, for both.</summary>
    public const int Fault = 1;

    private const int Done = 0;
    private const int ChangesPending = 2;

    public static Command Plan(ClientsContext context) =>
        Create(context, "plan", "Show what apply would change. 0: nothing; 2: changes; 1: a fault in the file, the options, the configuration or the database.", (planner, file, ct) => planner.PlanAsync(file, ct), apply: false);

    public static Command Apply(ClientsContext context) =>
        Create(context, "apply", "Make the registered clients as the file declares them, all or nothing. 0: done; 1: a fault, and nothing was changed.", (planner, file, ct) => planner.ApplyAsync(file, ct), apply: true);

    private static Command Create(ClientsContext context, string name, string description, Func<ClientPlanner, ClientFile, CancellationToken, Task<ClientPlan>> work, bool apply)
    {
        var path = new Argument<FileInfo>("FILE") { Description = "The JSON file that declares the clients." };
        var prune = new Option<bool>("--prune") { Description = "Disable the clients that are not in the file. Nothing is deleted." };
        var force = new Option<bool>("--force") { Description = "Replace a secret although two are live: the one that ends first ends now." };
        var keepOld = Duration.KeepOld();
        var json = ClientsContext.Json();
        var command = new Command(name, description) { path, prune, force, keepOld, json };
        command.SetAction(async (parsed, ct) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            if (await ReadAsync(parsed.GetValue(path)!, ct) is not { } text)
            {
                await error.WriteLineAsync("The file cannot be read.");
                return Fault;
            }

            return await context.RunAsync(parsed, async database =>
            {
                var options = new PlanOptions(Duration.Parse(parsed.GetValue(keepOld)!)!.Value, parsed.GetValue(force), parsed.GetValue(prune), context.Cost);
                var plan = await work(new ClientPlanner(database, options), new ClientFileReader(context.Variable).Read(text), ct);
                foreach (var fault in plan.Faults) await error.WriteLineAsync(TerminalText.Safe(fault));
                if (plan.Faults.Count > 0) return Fault;
                await parsed.InvocationConfiguration.Output.WriteLineAsync(parsed.GetValue(json) ? ToJson(plan) : Words(plan, apply, options.Prune));
                return apply || plan.Changes.Count == 0 ? Done : ChangesPending;
            }, Fault);
        });
        return command;
    }

    private static async Task<string?> ReadAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllTextAsync(file.FullName, ct);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Words(ClientPlan plan, bool applied, bool prune)
    {
        var text = new StringBuilder();
        foreach (var change in plan.Changes)
        {
            text.AppendLine(TerminalText.Safe($"{Sign(change.Action)} {change.After.ClientId}"));
            foreach (var member in change.Members) text.AppendLine(TerminalText.Safe($"    {member.Member}: {(member.Before is { } before ? $"{before} -> " : "")}{member.After}"));
        }

        if (!prune) foreach (var id in plan.Drift) text.AppendLine(TerminalText.Safe($"! {id} is not in the file (--prune disables it)"));
        foreach (var note in plan.Notes) text.AppendLine(TerminalText.Safe($"! {note}"));
        var rows = plan.Changes.Count;
        return text.Append(CultureInfo.InvariantCulture, $"{(applied ? "Changed" : "To change")}: {rows} {(rows == 1 ? "row" : "rows")}.").ToString();
    }

    private static char Sign(ClientAction action) => action switch
    {
        ClientAction.Create => '+',
        ClientAction.Disable => '-',
        _ => '~',
    };

    private static string ToJson(ClientPlan plan) => JsonSerializer.Serialize(
        new Report(plan.Changes.Count, [.. plan.Changes.Select(change => new ChangeReport(change.After.ClientId, change.Action.ToString().ToLowerInvariant(), change.Members))], plan.Drift, plan.Notes),
        ClientsJson.Default.Report);

    /// <summary>What <c>--json</c> prints.</summary>
    internal sealed record Report(int Rows, IReadOnlyList<ChangeReport> Changes, IReadOnlyList<string> NotInFile, IReadOnlyList<string> Notes);

    /// <summary>One row of it.</summary>
    internal sealed record ChangeReport(string ClientId, string Action, IReadOnlyList<MemberChange> Members);
}
