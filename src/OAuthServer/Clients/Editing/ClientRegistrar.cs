using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>A client as an edit left it.</summary>
/// <param name="Secret">The new secret, which nobody can read again; null when none was made.</param>
/// <param name="Changed">False when it was so already.</param>
internal sealed record EditedClient(ClientRow Row, string? Secret, bool Changed)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Row.ClientId;
}

/// <summary>
/// Makes and changes one client at a time, for commands and for the admin API alike; the rules are those of the schema.
/// </summary>
/// <param name="cost">Of the hashes that are made.</param>
internal sealed class ClientRegistrar(IDbContextFactory<OAuthDbContext> contexts, int cost)
{
    public ClientRegistrar(IDbContextFactory<OAuthDbContext> contexts, IOptions<ClientSecretOptions> options)
        : this(contexts, options.Value.Cost)
    {
    }

    /// <summary>Registers a client; a confidential one without keys gets a secret.</summary>
    public async Task<Result<EditedClient, EditRefusal>> CreateAsync(
        ClientFileEntry entry, Editor by, CancellationToken ct)
    {
        var needsSecret = entry.ApplicationType == "web" && !entry.HasKeys();
        var (secret, hash) = needsSecret ? NewSecret() : (null, null);
        await using var editing = await ClientEditing.BeginAsync(contexts, ct);
        if (await editing.FindAsync(entry.ClientId, ct) is not null) return EditRefusal.Taken;
        return await SaveAsync(editing, entry, hash is null ? null : DeclaredSecret.OfHash(hash), by, ct) switch
        {
            { Refusal: { } refusal } => refusal,
            var saved => new EditedClient(saved.Row!, secret, true),
        };
    }

    /// <summary>Makes a client what is given, if it is still what the caller saw. Its secrets stay.</summary>
    /// <param name="tags">Those that it may have; null for any.</param>
    public async Task<Result<EditedClient, EditRefusal>> ReplaceAsync(
        ClientFileEntry entry, IReadOnlyList<string>? tags, Editor by, CancellationToken ct)
    {
        await using var editing = await ClientEditing.BeginAsync(contexts, ct);
        if ((await FindAsync(editing, entry.ClientId, tags, ct)).Failed(out var missing, out var row)) return missing;
        var lost = row.AllowedScopes.Except(entry.AllowedScopes, StringComparer.Ordinal);
        if (await ProtectedAsync(editing, row, [.. lost], by, ct) is { } isProtected) return isProtected;
        return await SaveAsync(editing, entry, null, by, ct, row) switch
        {
            { Refusal: { } refusal } => refusal,
            var saved => new EditedClient(row, null, saved.Changed),
        };
    }

    /// <summary>A new secret; of the old ones one stays good for a while.</summary>
    public async Task<Result<EditedClient, EditRefusal>> RotateAsync(
        string clientId, SecretChange change, Editor by, CancellationToken ct)
    {
        // The slow part first, while nothing is locked.
        var (secret, hash) = NewSecret();
        await using var editing = await ClientEditing.BeginAsync(contexts, ct);
        if ((await FindAsync(editing, clientId, change.Tags, ct)).Failed(out var missing, out var row)) return missing;
        if (await ProtectedAsync(editing, row, [], by, ct) is { } isProtected) return isProtected;
        if (SecretRotation.Fault(row, change.Force, editing.Now) is { } fault) return EditRefusal.NoRotation(fault);
        SecretRotation.Rotate(row, hash, change.KeepOld, editing.Now);
        await SaveAsync(editing, by, ct);
        return new EditedClient(row, secret, true);
    }

    /// <summary>Disables or enables a client.</summary>
    public async Task<Result<EditedClient, EditRefusal>> SwitchAsync(
        string clientId, bool disable, IReadOnlyList<string>? tags, Editor by, CancellationToken ct)
    {
        await using var editing = await ClientEditing.BeginAsync(contexts, ct);
        if ((await FindAsync(editing, clientId, tags, ct)).Failed(out var missing, out var row)) return missing;
        var lost = disable ? row.AllowedScopes : [];
        if (await ProtectedAsync(editing, row, lost, by, ct) is { } isProtected) return isProtected;
        if (row.DisabledAt is not null == disable) return new EditedClient(row, null, false);
        row.DisabledAt = disable ? editing.Now : null;
        await SaveAsync(editing, by, ct);
        return new EditedClient(row, null, true);
    }

    private static async Task<Result<ClientRow, EditRefusal>> FindAsync(
        ClientEditing editing, string clientId, IReadOnlyList<string>? tags, CancellationToken ct)
    {
        if (await editing.FindAsync(clientId, ct) is not { } row) return EditRefusal.Unknown;
        return tags is null || tags.Contains(ClientTag.Of(row), StringComparer.Ordinal) ? row : EditRefusal.Stale;
    }

    // Whoever may change a client that administers could take its rights: no call does, whatever scope it has.
    private static async Task<EditRefusal?> ProtectedAsync(
        ClientEditing editing, ClientRow row, IReadOnlyList<string> lost, Editor by, CancellationToken ct)
    {
        if (by.Client is null || !row.MayAdminister) return null;
        string[] rights = [.. lost.Intersect(AdminScopes.All, StringComparer.Ordinal)];
        if (rights.Length == 0) return EditRefusal.Administers;
        return row.ClientId == by.Client || !await editing.AreLeftAsync(row.ClientId, rights, ct)
            ? EditRefusal.Lockout
            : EditRefusal.Administers;
    }

    private static async Task<(ClientRow? Row, bool Changed)> SaveAsync(
        ClientEditing editing, Editor by, CancellationToken ct)
    {
        var changes = editing.Edits().Select(edit => ClientChange.Of(edit, pruned: false)).ToList();
        if (changes.Count > 0) await editing.SaveAsync(changes.SelectMany(change => change.Audit(by)), ct);
        return (changes.SingleOrDefault()?.After, changes.Count > 0);
    }

    private async Task<(ClientRow? Row, bool Changed, EditRefusal? Refusal)> SaveAsync(
        ClientEditing editing,
        ClientFileEntry entry,
        DeclaredSecret? secret,
        Editor by,
        CancellationToken ct,
        ClientRow? row = null)
    {
        var options = new PlanOptions(TimeSpan.Zero, Force: false, Prune: false, cost);
        new DeclaredClients(editing, options).Set(new DeclaredClient(entry.ClientId, entry, secret), row);
        var broken = await editing.FindBrokenAsync(ct);
        if (broken.Count > 0) return (null, false, EditRefusal.Rules(broken.Select(rule => rule.Name)));
        var saved = await SaveAsync(editing, by, ct);
        return (saved.Row, saved.Changed, null);
    }

    private (string Secret, string Hash) NewSecret()
    {
        var secret = Handle.New();
        return (secret, BCrypt.Net.BCrypt.HashPassword(secret, cost));
    }
}

/// <summary>How a secret is replaced.</summary>
/// <param name="KeepOld">How long the old one stays good.</param>
/// <param name="Force">Also when two are live.</param>
/// <param name="Tags">Those that the client may have; null for any.</param>
internal sealed record SecretChange(TimeSpan KeepOld, bool Force, IReadOnlyList<string>? Tags = null);
