using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Testing;

/// <summary>Audit rows, seals and verification, as tests need them.</summary>
internal static class AuditRecord
{
    /// <summary>Adds events of this many days ago.</summary>
    public static Task AddEventsAsync(this TestDatabase database, int count, int daysAgo = 0) => database.ExecuteAsync(
        """
        INSERT INTO oauth_audit_events (occurred_at, event, reason, client_id, address, correlation_id)
        SELECT now() - $2 * interval '1 day', 'token_refused', 'code_unknown', 'demo-web', '192.0.2.' || row,
            'made-' || row
        FROM generate_series(1, $1) AS row
        """,
        count, daysAgo);

    /// <summary>Uses up an id without a row, as a transaction that is rolled back does. The answer is the id.</summary>
    public static Task<long> SkipIdAsync(this TestDatabase database) =>
        database.ScalarAsync<long>("SELECT nextval(pg_get_serial_sequence('oauth_audit_events', 'id'))");

    /// <summary>Notes the keys and seals what there is, as the server does by itself.</summary>
    public static async Task SealAsync(this TestServer server)
    {
        await server.Services.GetRequiredService<KeyHistory>().NoteAsync(CancellationToken.None);
        await server.Services.GetRequiredService<AuditSealer>().RunAsync(CancellationToken.None);
    }

    /// <summary>Adds rows and seals them; the answer is the last seal.</summary>
    public static async Task<long> AddSealedAsync(this TestServer server, int count, int daysAgo = 0)
    {
        await server.Database.AddEventsAsync(count, daysAgo);
        await server.SealAsync();
        return await server.Database.ScalarAsync<long>("SELECT max(sequence) FROM oauth_audit_seals");
    }

    /// <summary>Verifies with the given keys, or with every key of the database.</summary>
    public static Task<AuditVerification> VerifyAsync(
        this TestDatabase database, (long, string)? expected = null, params string[] keys) =>
        new AuditVerifier(
            new AuditSeals(database.Contexts),
            new AuditEvents(database.Contexts),
            new SigningKeys(database.Contexts),
            new AuditOptions())
            .VerifyAsync(keys.ToHashSet(), expected, new Progress<long>(), CancellationToken.None);
}
