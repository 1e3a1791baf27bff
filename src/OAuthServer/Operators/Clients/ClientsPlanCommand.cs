using System.CommandLine;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients plan | apply FILE</c>: what a file would change, and the change itself.</summary>
internal static class ClientsPlanCommand
{
    private const string PlanDescription =
        "Show what apply would change. 0: nothing; 4: changes; 1: the file has faults.";

    private const string ApplyDescription =
        "Make the registered clients as the file declares them, all or nothing. 0: done; 1: the file has faults, and "
        + "nothing was changed.";

    public static Command Create(CommandRunner runner, PlanMode mode)
    {
        var path = new Argument<FileInfo>("FILE") { Description = "The JSON file that declares the clients." };
        var prune = new Option<bool>("--prune")
        {
            Description = "Disable the clients that are not in the file. Nothing is deleted.",
        };
        var force = ClientsOptions.Force();
        var keepOld = ClientsOptions.KeepOld();
        var json = CommandOutput.Json();
        var (name, description) = mode == PlanMode.Plan ? ("plan", PlanDescription) : ("apply", ApplyDescription);
        var command = new Command(name, description) { path, prune, force, keepOld, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var (text, unreadable) = await ReadAsync(parsed.GetValue(path)!, ct);
            if (text is null)
            {
                await parsed.PrintErrorAsync(TerminalText.Safe($"The file cannot be read: {unreadable}"));
                return ExitCodes.Refused;
            }

            var overlap = parsed.GetValue(keepOld) ?? SecretRotation.UsualOverlap;
            var cost = runner.Settings.ClientSecrets.Cost;
            var options = new PlanOptions(overlap, parsed.GetValue(force), parsed.GetValue(prune), cost);
            var file = new ClientFileReader(runner.Settings.Variable).Read(text);
            var plan = await RunAsync(mode, new ClientPlanner(database, options), file, ct);
            foreach (var fault in plan.Faults) await parsed.PrintErrorAsync(TerminalText.Safe(fault));
            if (plan.Faults.Count > 0) return ExitCodes.Refused;
            await parsed.PrintAsync(parsed.GetValue(json)
                ? ClientPlanOutput.Json(plan)
                : ClientPlanOutput.Lines(plan, mode, options.Prune));
            return mode == PlanMode.Apply || plan.Changes.Count == 0 ? ExitCodes.Done : ExitCodes.ChangesPending;
        }));
        return command;
    }

    private static Task<ClientPlan> RunAsync(
        PlanMode mode, ClientPlanner planner, ClientFile file, CancellationToken ct) =>
        mode == PlanMode.Plan ? planner.PlanAsync(file, ct) : planner.ApplyAsync(file, ct);

    private static async Task<(string? Text, string? Unreadable)> ReadAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            return (await File.ReadAllTextAsync(file.FullName, ct), null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (null, unreadable.Message);
        }
    }
}
