using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_pushed_requests</c> (RFC 9126 §2).</summary>
internal sealed record PushedRequest
{
    public required byte[] RequestUri { get; init; }

    public required string ClientId { get; init; }

    public required string Parameters { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The end of the first visit's time; from that visit on, of what it began.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The session of the first visit, empty without one; null before it.</summary>
    public string? VisitedBy { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>The consent form that used it.</summary>
    public Guid? TicketId { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => $"pushed request of {ClientId}";
}

/// <summary>A pushed request that may go on.</summary>
/// <param name="Parameters">As a query.</param>
/// <param name="VisitedBy">The session of the first visit; empty without one.</param>
internal sealed record VisitedRequest(string Parameters, string VisitedBy)
{
    /// <summary>Holds the state.</summary>
    public override string ToString() => "a visited request";
}

/// <summary>That a statement did what it was for.</summary>
internal sealed record UsedRequest(string ClientId);

/// <summary>
/// Table <c>oauth_pushed_requests</c>. A reference is found by its hash and its client together, and used once: the row
/// that the statement answers with decides.
/// </summary>
internal sealed class PushedRequests(IDbContextFactory<OAuthDbContext> contexts)
{
    // From the first visit on: time to sign in, to look for a password, and to decide (docs/pushed-requests.md).
    private static readonly TimeSpan Interaction = TimeSpan.FromHours(1);

    /// <summary>Keeps a request that was found good.</summary>
    public async Task AddAsync(
        string reference, string clientId, string parameters, TimeSpan lifetime, AuditContext audit,
        CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"""
            WITH pushed AS (
                INSERT INTO oauth_pushed_requests (request_uri, client_id, parameters, expires_at)
                VALUES ({Handle.Hash(reference)}, {clientId}, {parameters}, now() + {lifetime})
                RETURNING client_id
            )
            INSERT INTO oauth_audit_events (event, client_id, address, correlation_id)
            SELECT {AuditEventNames.RequestPushed}, client_id, {audit.Address}::text, {audit.CorrelationId}::text
            FROM pushed
            """, ct);
    }

    /// <summary>
    /// The request, if it is this client's, was not used, and its time is not over. The first visit begins a time of
    /// its own, so that whoever signs in slowly loses nothing (RFC 9126 §2.2 is about the visit alone).
    /// </summary>
    /// <param name="reference">What stands behind the urn.</param>
    /// <param name="clientId">Who is said to have pushed it.</param>
    /// <param name="session">The session that there is; empty without one.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<VisitedRequest?> VisitAsync(
        string reference, string clientId, string session, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<VisitedRequest>($"""
            UPDATE oauth_pushed_requests
            SET expires_at = CASE WHEN visited_by IS NULL THEN now() + {Interaction} ELSE expires_at END,
                visited_by = coalesce(visited_by, {session})
            WHERE request_uri = {Handle.Hash(reference)} AND client_id = {clientId}
              AND used_at IS NULL AND expires_at > now()
            RETURNING parameters, visited_by
            """, ct);
    }

    /// <summary>The same for the answer to a consent form, which may have used it by its first answer.</summary>
    public async Task<VisitedRequest?> FindAsync(string reference, string clientId, Guid ticketId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.OnceAsync<VisitedRequest>($"""
            SELECT parameters, visited_by FROM oauth_pushed_requests
            WHERE request_uri = {Handle.Hash(reference)} AND client_id = {clientId} AND visited_by IS NOT NULL
              AND ((used_at IS NULL AND expires_at > now()) OR ticket_id = {ticketId})
            """, ct);
    }

    /// <summary>Uses it up for an answer that is no code; false when it was used before, or its time is over.</summary>
    public async Task<bool> TryUseAsync(string reference, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await TryUseAsync(db, reference, null, ct);
    }

    /// <summary>
    /// Uses it up together with the code that it buys, in one transaction: neither is there without the other. False,
    /// with nothing changed, when it was used before, its time is over, or no code was made.
    /// </summary>
    public async Task<bool> TryUseWithAsync(
        string reference, Guid? ticketId, Func<OAuthDbContext, Task<bool>> issue, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await TryUseAsync(db, reference, ticketId, ct) || !await issue(db)) return false;
        await transaction.CommitAsync(ct);
        return true;
    }

    private static async Task<bool> TryUseAsync(
        OAuthDbContext db, string reference, Guid? ticketId, CancellationToken ct)
    {
        var used = await db.OnceAsync<UsedRequest>($"""
            UPDATE oauth_pushed_requests SET used_at = now(), ticket_id = {OrNull.Uuid(ticketId)}
            WHERE request_uri = {Handle.Hash(reference)} AND used_at IS NULL AND expires_at > now()
            RETURNING client_id
            """, ct);
        return db.IsAnswered(used);
    }
}

/// <summary>Maps the table and what its statements answer with.</summary>
internal sealed class PushedRequestTable
    : IEntityTypeConfiguration<PushedRequest>,
        IEntityTypeConfiguration<VisitedRequest>,
        IEntityTypeConfiguration<UsedRequest>
{
    public void Configure(EntityTypeBuilder<PushedRequest> builder)
    {
        builder.ToTable("oauth_pushed_requests").HasKey(request => request.RequestUri);
        builder.HasIndex(request => request.ExpiresAt);
    }

    public void Configure(EntityTypeBuilder<VisitedRequest> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<UsedRequest> builder) => builder.HasNoKey().ToView(null);
}
