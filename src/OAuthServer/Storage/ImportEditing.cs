using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>An account that is there.</summary>
internal sealed record KnownAccount(Guid Id, string? NormalizedEmail)
{
    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>
/// What an import writes, with its audit rows: all of it in one transaction, which is committed in the end or not. A
/// row that the schema refuses is left out, and stops no other.
/// </summary>
internal sealed class ImportEditing : IAsyncDisposable
{
    private const string How = "by import";

    private readonly OAuthDbContext _db;
    private readonly IDbContextTransaction _transaction;

    private ImportEditing(OAuthDbContext db, IDbContextTransaction transaction, DateTimeOffset now) =>
        (_db, _transaction, Now) = (db, transaction, now);

    /// <summary>The database's clock at the begin.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Begins. Nobody else changes clients by commands until this ends; requests go on.</summary>
    public static async Task<ImportEditing> BeginAsync(
        IDbContextFactory<OAuthDbContext> contexts, CancellationToken ct)
    {
        var db = await contexts.CreateDbContextAsync(ct);
        try
        {
            var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.LockAsync(AdvisoryLock.ClientEditing, ct);
            return new ImportEditing(db, transaction, await db.ClockAsync(ct));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every client, by id.</summary>
    public Task<Dictionary<string, ClientRow>> ClientsAsync(CancellationToken ct) =>
        _db.Clients.ToDictionaryAsync(client => client.ClientId, StringComparer.Ordinal, ct);

    /// <summary>Every API.</summary>
    public Task<List<ResourceRow>> ResourcesAsync(CancellationToken ct) => _db.Resources.ToListAsync(ct);

    /// <summary>Those accounts that have one of these ids or addresses, as they are compared.</summary>
    public Task<List<KnownAccount>> KnownAsync(Guid[] ids, string[] addresses, CancellationToken ct) =>
        _db.Accounts.Where(account => ids.Contains(account.Id) || addresses.Contains(account.NormalizedEmail!))
            .Select(account => new KnownAccount(account.Id, account.NormalizedEmail)).ToListAsync(ct);

    /// <summary>The constraints that clients would break.</summary>
    public Task<IReadOnlyList<BrokenConstraint>> FindBrokenAsync(
        IReadOnlyCollection<ClientRow> rows, CancellationToken ct) =>
        ClientConstraints.FindBrokenAsync(_db, rows, ct);

    /// <summary>Adds a client; else the constraint that refused it.</summary>
    public Task<string?> TryAddAsync(ClientRow client, CancellationToken ct)
    {
        _db.Clients.Add(client);
        return TrySaveAsync(
            new AuditEvent(AuditEventNames.ClientCreated, null, AuditContext.Command, client.ClientId) { Detail = How },
            ct);
    }

    /// <summary>Adds an API; else the constraint that refused it.</summary>
    public Task<string?> TryAddAsync(ResourceRow api, CancellationToken ct)
    {
        _db.Resources.Add(api);
        var made = new AuditEvent(AuditEventNames.ResourceCreated, null, AuditContext.Command);
        return TrySaveAsync(made with { Detail = $"{api.Resource}, {How}" }, ct);
    }

    /// <summary>Adds accounts, all of these or none; else the constraint that refused one.</summary>
    public async Task<string?> TryAddAsync(IReadOnlyCollection<NewAccount> people, CancellationToken ct)
    {
        foreach (var person in people) AccountEditing.Add(_db, person);
        if (await TrySaveAsync(ct) is { } refusal) return refusal;
        await AccountEditing.RecordAsync(_db, people, (AccountEdit.Command, How), mail: null, ct);
        Guid[] disabled = [.. people.Where(person => person.Disabled).Select(person => person.Id)];
        await AccountEditing.DisableAsync(_db, disabled, ct);
        return null;
    }

    /// <summary>
    /// Adds sessions of refresh tokens that another server handed out, and has tokens of that kind looked for until
    /// they end. Those that are there already, exchanged or not, stay as they are.
    /// </summary>
    /// <returns>How many are new.</returns>
    public async Task<int> AddAsync(
        IReadOnlyCollection<ImportedToken> tokens, DateTimeOffset until, CancellationToken ct)
    {
        byte[][] keys = [.. tokens.Select(token => token.Key)];
        var known = (await _db.RefreshTokens.Where(row => keys.Contains(row.Family)).Select(row => row.Family)
            .ToListAsync(ct)).Select(Convert.ToHexString).ToHashSet(StringComparer.Ordinal);
        var missing = tokens.Where(token => !known.Contains(Convert.ToHexString(token.Key))).ToList();
        var rows = missing.Select(token => token.ToRow(Now)).ToList();
        _db.RefreshTokens.AddRange(rows);
        await _db.SaveChangesAsync(ct);
        _db.ChangeTracker.Clear();
        byte[][] made = [.. rows.Select(row => row.Family)];
        await _db.RunAsync($"""
            INSERT INTO oauth_audit_events (event, client_id, pseudonym, grant_id, detail)
            SELECT {AuditEventNames.RefreshTokenImported}, client_id, pseudonym_of(user_id), id, {How}
            FROM oauth_refresh_tokens WHERE family = ANY ({made})
            """, ct);
        string[] clients = [.. missing.Select(token => token.ClientId).Distinct()];
        await _db.Clients
            .Where(client => clients.Contains(client.ClientId))
            .Where(client => client.ImportedTokensUntil == null || client.ImportedTokensUntil < until)
            .ExecuteUpdateAsync(set => set.SetProperty(client => client.ImportedTokensUntil, until), ct);
        return missing.Count;
    }

    /// <summary>Makes everything last; from then on every instance follows.</summary>
    public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _db.DisposeAsync();
    }

    private async Task<string?> TrySaveAsync(AuditEvent made, CancellationToken ct)
    {
        if (await TrySaveAsync(ct) is { } refusal) return refusal;
        await AuditEvents.WriteAsync(_db, made, ct);
        return null;
    }

    // What is refused is undone alone: Entity Framework sets a savepoint before it saves.
    private async Task<string?> TrySaveAsync(CancellationToken ct)
    {
        try
        {
            await _db.SaveChangesAsync(ct);
            return null;
        }
        catch (PostgresException refused) when (AccountEditing.IsOfTheRow(refused))
        {
            return refused.ConstraintName ?? refused.MessageText;
        }
        finally
        {
            _db.ChangeTracker.Clear();
        }
    }
}
