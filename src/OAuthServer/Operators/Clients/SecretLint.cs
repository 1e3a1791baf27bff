using OAuthServer.Clients;
using OAuthServer.Hosting.Development;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>The rules of <see cref="ClientLint"/> about the secrets of confidential clients.</summary>
internal sealed class SecretLint(int cost, DateTimeOffset now, IReadOnlyCollection<ClientSecretUse> uses)
{
    private const string Rotate = "OAuthServer clients rotate-secret";
    private const string EndOrDisable = "Give it an end date, or disable the client when nobody needs it.";

    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(14);
    private static readonly TimeSpan UnusedAfter = TimeSpan.FromDays(90);

    private readonly ILookup<string, ClientSecretUse> _uses =
        uses.ToLookup(use => use.ClientId, StringComparer.Ordinal);

    // Uses are known from some moment on; silence before it says nothing.
    private readonly DateTimeOffset _knownSince =
        uses.Count == 0 ? DateTimeOffset.MaxValue : uses.Min(use => use.FirstUsedAt);

    /// <summary>Every finding about one client.</summary>
    public IEnumerable<ClientFinding> Check(ClientRow client)
    {
        if (client.ApplicationType != "web" || client.HasKeys()) return [];
        var live = StoredSecret.LiveOf(client, now);
        return Ends(client, live)
            .Concat(live.Any(secret => DemoSecret.Is(client, secret.Hash)) ? [OfDemo(client)] : [])
            .Concat(live.SelectMany(secret => Costs(client, secret).Concat(Unused(client, secret))))
            .DistinctBy(finding => (finding.Rule, finding.What));
    }

    private static ClientFinding OfDemo(ClientRow client) => ClientFinding.Error(
        client, LintRules.SecretOfDemo,
        "Its secret is the one of the demo or of the examples, which everybody knows.",
        $"Make a new one: {Rotate}; or disable the client.");

    private IEnumerable<ClientFinding> Ends(ClientRow client, IReadOnlyList<StoredSecret> live)
    {
        if (live.Count == 0)
        {
            yield return ClientFinding.Error(
                client, LintRules.NoLiveSecret,
                "Its secrets have ended: nobody can authenticate as this client.",
                $"Make a new one: {Rotate}.");
            yield break;
        }

        if (live.Count == 2 && live.All(secret => secret.ExpiresAt is null))
        {
            yield return ClientFinding.Warning(
                client, LintRules.SecondSecretWithoutEnd,
                "It has two secrets, and neither has an end date.",
                "Give the one that is on its way out an end date.");
        }

        if (live.All(secret => secret.ExpiresAt is not null)
            && live.Max(secret => secret.ExpiresAt) is { } last && last - now <= ExpiryWarning)
        {
            yield return ClientFinding.Warning(
                client, LintRules.SecretEndsSoon,
                $"Its last secret ends on {ClientLint.Day(last)}, and no other follows.",
                $"Make a new one: {Rotate}.");
        }
    }

    private IEnumerable<ClientFinding> Costs(ClientRow client, StoredSecret secret)
    {
        if (secret.Cost < cost)
        {
            yield return ClientFinding.Warning(
                client, LintRules.SecretCostBelowSetting,
                $"A secret is hashed with cost {secret.Cost}, below ClientSecrets:Cost ({cost}).",
                $"Rotate it: {Rotate}.");
        }

        if (secret.Cost > cost)
        {
            yield return ClientFinding.Warning(
                client, LintRules.SecretCostAboveSetting,
                $"A secret is hashed with cost {secret.Cost}, above ClientSecrets:Cost ({cost}): "
                + "the time of a refusal tells that this client exists.",
                $"Set ClientSecrets:Cost to {secret.Cost}, or rotate the secret.");
        }
    }

    private IEnumerable<ClientFinding> Unused(ClientRow client, StoredSecret secret)
    {
        var name = ClientSecretUses.Of(secret.Hash);
        var used = _uses[client.ClientId].FirstOrDefault(use => use.Secret.AsSpan().SequenceEqual(name));
        if (used is not null && now - used.LastUsedAt >= UnusedAfter)
        {
            var last = ClientLint.Day(used.LastUsedAt);
            yield return ClientFinding.Warning(
                client, LintRules.SecretUnused, $"A secret was last used on {last}.", EndOrDisable);
        }

        if (used is null && now - _knownSince >= UnusedAfter && now - client.UpdatedAt >= UnusedAfter)
        {
            var since = ClientLint.Day(_knownSince > client.UpdatedAt ? _knownSince : client.UpdatedAt);
            yield return ClientFinding.Warning(
                client, LintRules.SecretUnused, $"A secret was not used since {since} at least.", EndOrDisable);
        }
    }
}
