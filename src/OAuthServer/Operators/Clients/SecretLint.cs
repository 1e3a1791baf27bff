using System.Globalization;
using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>The rules of <see cref="ClientLint"/> about the secrets of confidential clients.</summary>
internal sealed class SecretLint(int cost, DateTimeOffset now, IReadOnlyCollection<ClientSecretUse> uses)
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);
    private static readonly TimeSpan Long = TimeSpan.FromDays(90);

    private readonly ILookup<string, ClientSecretUse> _uses = uses.ToLookup(use => use.ClientId, StringComparer.Ordinal);

    // Uses are known from some moment on; silence before it says nothing.
    private readonly DateTimeOffset _knownSince = uses.Count == 0 ? DateTimeOffset.MaxValue : uses.Min(use => use.FirstUsedAt);

    /// <summary>Every finding about one client.</summary>
    public IEnumerable<ClientFinding> Check(ClientRow client)
    {
        if (client.ApplicationType != "web") return [];
        var live = LiveSecrets.Of(client, now);
        return Ends(client, live).Concat(live.SelectMany(secret => Costs(client, secret).Concat(Unused(client, secret))))
            .DistinctBy(finding => (finding.Rule, finding.What));
    }

    private IEnumerable<ClientFinding> Ends(ClientRow client, IReadOnlyList<StoredSecret> live)
    {
        if (live.Count == 0)
        {
            yield return ClientLint.Error(client, "no_live_secret", "Its secrets have ended: nobody can authenticate as this client.", "Make a new one: OAuthServer clients rotate-secret.");
            yield break;
        }

        if (live.Count == 2 && live.All(secret => secret.ExpiresAt is null))
            yield return ClientLint.Warning(client, "second_secret_without_end", "It has two secrets, and neither has an end date.", "Give the one that is on its way out an end date.");
        if (live.All(secret => secret.ExpiresAt is not null) && live.Max(secret => secret.ExpiresAt)!.Value is var last && last - now <= Soon)
            yield return ClientLint.Warning(client, "secret_ends_soon", $"Its last secret ends on {ClientLint.Day(last)}, and no other follows.", "Make a new one: OAuthServer clients rotate-secret.");
    }

    private IEnumerable<ClientFinding> Costs(ClientRow client, StoredSecret secret)
    {
        var actual = int.Parse(secret.Hash.AsSpan(4, 2), CultureInfo.InvariantCulture);
        if (actual < cost)
            yield return ClientLint.Warning(client, "secret_cost_below_setting", $"A secret is hashed with cost {actual}, below ClientSecrets:Cost ({cost}).", "Rotate it: OAuthServer clients rotate-secret.");
        if (actual > cost)
            yield return ClientLint.Warning(client, "secret_cost_above_setting", $"A secret is hashed with cost {actual}, above ClientSecrets:Cost ({cost}): the time of a refusal tells that this client exists.", $"Set ClientSecrets:Cost to {actual}, or rotate the secret.");
    }

    private IEnumerable<ClientFinding> Unused(ClientRow client, StoredSecret secret)
    {
        var name = ClientSecretUses.Of(secret.Hash);
        var used = _uses[client.ClientId].FirstOrDefault(use => use.Secret.AsSpan().SequenceEqual(name));
        if (used is not null && now - used.LastUsedAt >= Long)
            yield return ClientLint.Warning(client, "secret_unused", $"A secret was last used on {ClientLint.Day(used.LastUsedAt)}.", "Give it an end date, or disable the client when nobody needs it.");
        if (used is null && now - _knownSince >= Long && now - client.UpdatedAt >= Long)
            yield return ClientLint.Warning(client, "secret_unused", $"A secret was not used since {ClientLint.Day(_knownSince > client.UpdatedAt ? _knownSince : client.UpdatedAt)} at least.", "Give it an end date, or disable the client when nobody needs it.");
    }
}
