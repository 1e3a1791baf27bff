using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>How a file is applied.</summary>
/// <param name="KeepOld">How long a replaced secret stays good.</param>
/// <param name="Force">Replace a secret although two are live.</param>
/// <param name="Prune">Disable clients that are not in the file.</param>
/// <param name="Cost"><c>ClientSecrets:Cost</c>.</param>
internal sealed record PlanOptions(TimeSpan KeepOld, bool Force, bool Prune, int Cost);

/// <summary>What applying a file means.</summary>
/// <param name="Changes">The rows to write, by client.</param>
/// <param name="Drift">Clients that are not in the file, and are not disabled.</param>
/// <param name="Notes">What is left alone and worth knowing.</param>
/// <param name="Faults">Why it cannot be done; with any of them nothing is.</param>
internal sealed record ClientPlan(IReadOnlyList<ClientChange> Changes, IReadOnlyList<string> Drift, IReadOnlyList<string> Notes, IReadOnlyList<string> Faults);

/// <summary>Compares declared clients with the rows there are.</summary>
internal sealed class ClientComparison(PlanOptions options, DateTimeOffset now)
{
    private readonly List<string> _faults = [];
    private readonly List<string> _notes = [];

    /// <summary>The plan.</summary>
    public ClientPlan Compare(IReadOnlyCollection<DeclaredClient> declared, IReadOnlyCollection<ClientRow> rows)
    {
        var known = rows.ToDictionary(row => row.ClientId, StringComparer.Ordinal);
        var named = declared.Select(client => client.ClientId).ToHashSet(StringComparer.Ordinal);
        var changes = declared.Select(client => ClientChange.Between(known.GetValueOrDefault(client.ClientId), After(client, known.GetValueOrDefault(client.ClientId)))).OfType<ClientChange>().ToList();
        var strangers = rows.Where(row => row.DisabledAt is null && !named.Contains(row.ClientId)).ToList();
        if (options.Prune) changes.AddRange(strangers.Select(Disable));
        return new ClientPlan([.. changes.OrderBy(change => change.After.ClientId, StringComparer.Ordinal)], [.. strangers.Select(row => row.ClientId)], _notes, _faults);
    }

    private ClientChange Disable(ClientRow row) =>
        new(ClientAction.Disable, row with { DisabledAt = now }, [new("disabled", "false", "true")], [AuditEventNames.ClientDisabled]);

    private ClientRow After(DeclaredClient client, ClientRow? before)
    {
        var row = new ClientRow
        {
            ClientId = client.ClientId,
            ClientName = client.ClientName,
            ApplicationType = client.ApplicationType,
            RedirectUris = client.RedirectUris,
            Scopes = client.Scopes,
            DefaultScopes = client.DefaultScopes,
            GrantTypes = client.GrantTypes,
            RequirePkce = client.RequirePkce,
            DisabledAt = DisabledAt(client, before),
        };
        // A client that turns public keeps no secret.
        if (before is not null && (client.ApplicationType == "web" || client.Secret is not null)) row = row with
        {
            ClientSecret = before.ClientSecret,
            ClientSecretExpiresAt = before.ClientSecretExpiresAt,
            NextClientSecret = before.NextClientSecret,
            NextClientSecretExpiresAt = before.NextClientSecretExpiresAt,
        };
        return client.Secret is null ? row : WithSecret(client, client.Secret, row);
    }

    private DateTimeOffset? DisabledAt(DeclaredClient client, ClientRow? before)
    {
        if (before?.DisabledAt is not null && client.Disabled is null)
            _notes.Add($"{client.ClientId} is disabled, and the file does not say whether it should be: it stays so (\"disabled\": false enables it).");
        return client.Disabled switch
        {
            null => before?.DisabledAt,
            true => before?.DisabledAt ?? now,
            false => null,
        };
    }

    // Any live secret will do: one that was rotated by hand meanwhile must not be turned back by a file that is older.
    private ClientRow WithSecret(DeclaredClient client, DeclaredSecret secret, ClientRow row)
    {
        var live = LiveSecrets.Of(row, now);
        if (live.FirstOrDefault(stored => secret.Fits(stored.Hash)) is { } fitting)
        {
            if (fitting.ExpiresAt is { } end && live.Any(other => !(other.ExpiresAt <= end)))
                _notes.Add($"{client.ClientId}: the secret of the file ends on {end.UtcDateTime:yyyy-MM-dd}, and another follows it. Put that one into the file before then.");
            return row;
        }

        if (LiveSecrets.All(row).Any(stored => secret.Fits(stored.Hash)))
        {
            _faults.Add($"{client.Place}.secret has ended: {client.ClientId} has a newer one. Put that one into the file.");
            return row;
        }

        if (live.Count == 2 && !options.Force)
        {
            _faults.Add($"{client.Place}.secret is new, and {client.ClientId} has two live secrets already: one of them would end at once. Wait until one has ended, or use --force.");
            return row;
        }

        return SecretRotation.Rotate(row, secret.HashFor(options.Cost), options.KeepOld, now);
    }
}
