using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;

namespace OAuthServer.Storage;

/// <summary>A column of a client that an edit changes.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Before">Null for a new client, or for NULL.</param>
/// <param name="After">The value to be.</param>
internal sealed record ClientColumnEdit(string Column, object? Before, object? After)
{
    /// <summary>The values may be hashes of secrets.</summary>
    public override string ToString() => Column;
}

/// <summary>A client that an edit adds or changes.</summary>
internal sealed record ClientEdit(ClientRow Client, bool IsNew, IReadOnlyList<ClientColumnEdit> Columns);

/// <summary>
/// Clients as they are being edited: what was set on the rows of <see cref="ListAsync"/> and
/// <see cref="FindAsync"/>, and what was added, is written by <see cref="SaveAsync"/>, with its audit rows, or shown by
/// <see cref="Edits"/> and never written. Whoever edits by commands waits for the one before, so that two of them
/// never work on the same picture.
/// </summary>
internal sealed class ClientEditing : IAsyncDisposable
{
    private readonly OAuthDbContext _db;
    private readonly IDbContextTransaction? _transaction;

    private ClientEditing(OAuthDbContext db, IDbContextTransaction? transaction, DateTimeOffset now) =>
        (_db, _transaction, Now) = (db, transaction, now);

    /// <summary>The database's clock at the begin; end dates are counted from it.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Waits for its turn and begins. Nobody else changes clients until this ends; requests go on.</summary>
    public static Task<ClientEditing> BeginAsync(IDbContextFactory<OAuthDbContext> contexts, CancellationToken ct) =>
        OpenAsync(contexts, async db =>
        {
            var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.LockAsync(AdvisoryLock.ClientEditing, ct);
            return transaction;
        }, ct);

    /// <summary>Begins an edit that is only to be looked at: it holds nothing and cannot be saved.</summary>
    public static Task<ClientEditing> RehearseAsync(
        IDbContextFactory<OAuthDbContext> contexts, CancellationToken ct) =>
        OpenAsync(contexts, _ => Task.FromResult<IDbContextTransaction?>(null), ct);

    /// <summary>Every client, by id.</summary>
    public async Task<IReadOnlyList<ClientRow>> ListAsync(CancellationToken ct)
    {
        var clients = _transaction is null
            ? await _db.Clients.AsTracking().ToListAsync(ct)
            : await _db.TrackedAsync<ClientRow>($"SELECT * FROM oauth_clients FOR NO KEY UPDATE", ct);
        clients.Sort((one, other) => string.CompareOrdinal(one.ClientId, other.ClientId));
        return clients;
    }

    /// <summary>The client of this id; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        var found = await _db.TrackedAsync<ClientRow>(
            $"SELECT * FROM oauth_clients WHERE client_id = {clientId} FOR NO KEY UPDATE", ct);
        return found.SingleOrDefault();
    }

    /// <summary>Adds a client.</summary>
    public void Add(ClientRow client) => _db.Clients.Add(client);

    /// <summary>What saving would write, by client.</summary>
    public IReadOnlyList<ClientEdit> Edits() =>
    [
        .. _db.ChangeTracker.Entries<ClientRow>()
            .Where(entry => entry.State is EntityState.Added or EntityState.Modified)
            .Select(entry => new ClientEdit(entry.Entity, entry.State == EntityState.Added, [.. ColumnsOf(entry)]))
            .OrderBy(edit => edit.Client.ClientId, StringComparer.Ordinal),
    ];

    /// <summary>The constraints that what is written would break.</summary>
    public async Task<IReadOnlyList<BrokenConstraint>> FindBrokenAsync(CancellationToken ct)
    {
        ClientRow[] rows = [.. Edits().Select(edit => edit.Client)];
        return rows.Length == 0 ? [] : await ClientConstraints.FindBrokenAsync(_db, rows, ct);
    }

    /// <summary>
    /// True when every one of these scopes of the admin API is left to a client that works, without this one.
    /// </summary>
    public async Task<bool> AreLeftAsync(string clientId, IReadOnlyList<string> scopes, CancellationToken ct)
    {
        var others = await _db.Clients.AsNoTracking()
            .Where(client => client.MayAdminister && client.DisabledAt == null && client.ClientId != clientId)
            .Select(client => client.AllowedScopes).ToListAsync(ct);
        return scopes.All(scope => others.Any(held => held.Contains(scope, StringComparer.Ordinal)));
    }

    /// <summary>
    /// Writes everything, with the audit rows, and makes it last; from then on every instance follows.
    /// </summary>
    public async Task SaveAsync(IEnumerable<AuditEvent> events, CancellationToken ct)
    {
        if (_transaction is null) throw new InvalidOperationException("A rehearsal writes nothing.");
        await _db.SaveChangesAsync(ct);
        foreach (var audit in events) await AuditEvents.WriteAsync(_db, audit, ct);
        await _transaction.CommitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync();
        await _db.DisposeAsync();
    }

    private static async Task<ClientEditing> OpenAsync(
        IDbContextFactory<OAuthDbContext> contexts,
        Func<OAuthDbContext, Task<IDbContextTransaction?>> begin,
        CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct);
        try
        {
            var transaction = await begin(db);
            return new ClientEditing(db, transaction, await db.ClockAsync(ct));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    private static IEnumerable<ClientColumnEdit> ColumnsOf(EntityEntry<ClientRow> entry) =>
        from property in entry.Properties
        where entry.State == EntityState.Added ? property.CurrentValue is not null : property.IsModified
        select new ClientColumnEdit(
            property.Metadata.GetColumnName(),
            entry.State == EntityState.Added ? null : property.OriginalValue,
            property.CurrentValue);
}
