using System.Text.Json;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Operators.Clients;

/// <summary>How a plan is printed: lines for people, JSON for programs.</summary>
internal static class ClientPlanOutput
{
    /// <summary>
    /// A line for each row and each member that changes, for what is left alone, and the number of rows.
    /// </summary>
    public static string Lines(ClientPlan plan, PlanMode mode, bool prune)
    {
        var lines = new List<string>();
        foreach (var change in plan.Changes)
        {
            lines.Add($"{Sign(change.Action)} {change.After.ClientId}");
            lines.AddRange(change.Members.Select(Line));
        }

        if (!prune) lines.AddRange(plan.NotInFile.Select(id => $"! {id} is not in the file (--prune disables it)"));
        lines.AddRange(plan.Notes.Select(note => $"! {note}"));
        var rows = plan.Changes.Count;
        lines.Add($"{(mode == PlanMode.Apply ? "Changed" : "To change")}: {rows} {(rows == 1 ? "row" : "rows")}.");
        return string.Join(Environment.NewLine, lines.Select(TerminalText.Safe));
    }

    public static string Json(ClientPlan plan) =>
        JsonSerializer.Serialize(ClientPlanReport.Of(plan), ClientsJson.Default.ClientPlanReport);

    private static string Line(MemberChange member) => member.Before is { } before
        ? $"    {member.Member}: {before} -> {member.After}"
        : $"    {member.Member}: {member.After}";

    private static char Sign(ClientAction action) => action switch
    {
        ClientAction.Create => '+',
        ClientAction.Disable => '-',
        _ => '~',
    };
}
