using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>How much of a client's access ended.</summary>
/// <param name="People">Of whom it had codes or refresh tokens.</param>
/// <param name="MayBeMore">Whether it has to be asked again.</param>
internal sealed record EndedClientAccess(int People, bool MayBeMore);

/// <summary>Ends all that a client has of people. It may ask for more at once: to stop it, disable it.</summary>
internal sealed class ClientAccess(Storage.Clients clients, Grants grants, AuditEvents audit)
{
    private const int MostAtOnce = 500;

    public async Task<Result<EndedClientAccess>> EndAsync(string clientId, AccountEdit by, CancellationToken ct)
    {
        var row = ClientId.IsReadable(clientId) ? await clients.FindAsync(clientId, ct) : null;
        if (row is null) return EditRefusal.Unknown;
        if (row.MayAdminister) return EditRefusal.Administers;
        var people = await grants.EndOfClientAsync(clientId, MostAtOnce, by.Context, ct);
        if (people == 0) return new EndedClientAccess(0, false);
        var ended = new AuditEvent(AuditEventNames.AccessEnded, null, by.Context, clientId)
        {
            Detail = by.DetailOf(null, new AccountMemberEdit("people", $"{people}", "0")),
        };
        await audit.RecordAsync(ended, ct);
        return new EndedClientAccess(people, people == MostAtOnce);
    }
}
