using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>Plans and applies a file of clients.</summary>
internal sealed class ClientPlanner(OAuthDatabase database, PlanOptions options)
{
    /// <summary>
    /// What applying would do now. Every fault is in it: those of the file, of the schema's constraints and of
    /// secrets.
    /// </summary>
    public async Task<ClientPlan> PlanAsync(ClientFile file, CancellationToken ct)
    {
        await using var rehearsal = await ClientEditing.RehearseAsync(database, ct);
        var plan = await new DeclaredClients(rehearsal, options).SetAsync(file.Clients, ct);
        var declared = plan.Changes.Where(change => change.Action != ClientAction.Disable);
        var rows = declared.Select(change => change.After).ToList();
        var broken = await new ClientConstraints(database).FindBrokenAsync(rows, ct);
        var places = file.Clients.ToLookup(client => client.ClientId, client => client.Place, StringComparer.Ordinal);
        var rules = broken.Select(row => $"{string.Join(" and ", places[row.ClientId])} breaks the rule {row.Name}.");
        return plan with { Faults = [.. file.Faults, .. rules, .. plan.Faults] };
    }

    /// <summary>Does it, all or nothing, and says what was done.</summary>
    public async Task<ClientPlan> ApplyAsync(ClientFile file, CancellationToken ct)
    {
        // First without a lock: this is where the slow checks of secrets are made, and their answers are remembered.
        var plan = await PlanAsync(file, ct);
        if (plan.Faults.Count > 0) return plan;
        await using var editing = await ClientEditing.BeginAsync(database, ct);
        // Compared again inside the transaction; the rows may have changed.
        plan = await new DeclaredClients(editing, options).SetAsync(file.Clients, ct);
        if (plan.Faults.Count > 0) return plan;
        await editing.SaveAsync(plan.Changes.SelectMany(change => change.Audit(Editor.Command)), ct);
        return plan;
    }
}
