using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>Plans and applies a file of clients.</summary>
internal sealed class ClientPlanner(NpgsqlDataSource database, PlanOptions options, TimeProvider clock)
{
    /// <summary>What applying would do now. Every fault is in it: those of the file, of the schema's constraints and of secrets.</summary>
    public async Task<ClientPlan> PlanAsync(ClientFile file, CancellationToken ct)
    {
        var plan = new ClientComparison(options, clock.GetUtcNow()).Compare(file.Clients, await new ClientRecords(database).ListAsync(ct));
        var broken = await new ClientConstraints(database).FindBrokenAsync([.. plan.Changes.Where(change => change.Action != ClientAction.Disable).Select(change => change.After)], ct);
        var places = file.Clients.ToLookup(client => client.ClientId, client => client.Place, StringComparer.Ordinal);
        return plan with { Faults = [.. file.Faults, .. broken.Select(row => $"{string.Join(" and ", places[row.ClientId])} breaks the rule {row.Name}."), .. plan.Faults] };
    }

    /// <summary>Does it, all or nothing, and says what was done. The picture is looked at again in the transaction, since it may have changed.</summary>
    public async Task<ClientPlan> ApplyAsync(ClientFile file, CancellationToken ct)
    {
        // First without a lock: this is where the slow checks of secrets are made, and their answers are remembered.
        var plan = await PlanAsync(file, ct);
        if (plan.Faults.Count > 0) return plan;
        await using var editing = await ClientEditing.BeginAsync(database, ct);
        plan = new ClientComparison(options, editing.Now).Compare(file.Clients, await editing.ListAsync(ct));
        if (plan.Faults.Count > 0) return plan;
        foreach (var change in plan.Changes)
        {
            if (change.Action == ClientAction.Create) await editing.InsertAsync(change.After, change.Events, ct);
            else await editing.UpdateAsync(change.After, change.Events, ct);
        }

        await editing.CommitAsync(ct);
        return plan;
    }
}
