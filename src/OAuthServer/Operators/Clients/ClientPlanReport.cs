using OAuthServer.Clients.Editing;

namespace OAuthServer.Operators.Clients;

/// <summary>A plan as <c>--json</c> prints it.</summary>
internal sealed record ClientPlanReport(
    int Rows, IReadOnlyList<ClientChangeReport> Changes, IReadOnlyList<string> NotInFile, IReadOnlyList<string> Notes)
{
    public static ClientPlanReport Of(ClientPlan plan) =>
        new(plan.Changes.Count, [.. plan.Changes.Select(ClientChangeReport.Of)], plan.NotInFile, plan.Notes);
}

/// <summary>One row that changes.</summary>
/// <param name="Action"><c>create</c>, <c>change</c> or <c>disable</c>.</param>
internal sealed record ClientChangeReport(string ClientId, string Action, IReadOnlyList<MemberChange> Members)
{
    public static ClientChangeReport Of(ClientChange change) =>
        new(change.After.ClientId, change.Action.ToString().ToLowerInvariant(), change.Members);
}
