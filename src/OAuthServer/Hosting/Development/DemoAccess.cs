using Microsoft.AspNetCore.Identity;
using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Hosting.Development;

/// <summary>What of the demo works in this database, with the password and the secret that everybody knows.</summary>
internal sealed class DemoAccess(
    Storage.Accounts accounts, Storage.Clients clients, IPasswordHasher<Account> hasher, TimeProvider clock)
{
    /// <summary>Whether the demo's person can sign in. Throws when the database does not answer.</summary>
    public async Task<bool> HasPersonAsync(CancellationToken ct)
    {
        return await accounts.FindAsync(DemoSeed.Email, ct) is { DisabledAt: null, PasswordHash: { } hash } person
            && hasher.VerifyHashedPassword(person, hash, DemoSeed.Password) != PasswordVerificationResult.Failed;
    }

    /// <summary>
    /// The ids of the clients that the demo's secret opens. Throws when the database does not answer.
    /// </summary>
    public async Task<IReadOnlyList<string>> ClientsAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var suspects = await clients.WithSecretAsync(DemoSecret.Example, DemoSeed.Web, ct);
        var opened = suspects.Where(
            client => StoredSecret.LiveOf(client, now).Any(secret => DemoSecret.Is(client, secret.Hash)));
        return [.. opened.Select(client => client.ClientId)];
    }
}
