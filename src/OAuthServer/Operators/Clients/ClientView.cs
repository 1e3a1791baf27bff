using System.Globalization;
using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>A secret as an operator may see it: everything but its hash.</summary>
/// <param name="Column">Where it stands: <c>client_secret</c> or <c>next_client_secret</c>.</param>
/// <param name="Live">False once it has ended.</param>
/// <param name="Cost">Of its bcrypt hash.</param>
/// <param name="ExpiresAt">Null for no end.</param>
/// <param name="LastUsedAt">Up to two minutes behind; null when no use was noted.</param>
internal sealed record SecretView(string Column, bool Live, int Cost, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>No secret is in it.</summary>
    public override string ToString() => Column;
}

/// <summary>A client as an operator may see it.</summary>
internal sealed record ClientView
{
    public required string ClientId { get; init; }

    public required string Name { get; init; }

    public required string ApplicationType { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    public required IReadOnlyList<string> AllowedScopes { get; init; }

    public required IReadOnlyList<string> DefaultScopes { get; init; }

    public required IReadOnlyList<string> GrantTypes { get; init; }

    public bool RequirePkce { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }

    public required IReadOnlyList<SecretView> Secrets { get; init; }

    /// <summary>The latest use of any of its secrets.</summary>
    public DateTimeOffset? LastUsedAt => Secrets.Max(secret => secret.LastUsedAt);

    /// <summary>A row, with the uses of its secrets.</summary>
    public static ClientView Of(ClientRow row, IReadOnlyCollection<ClientSecretUse> uses, DateTimeOffset now) => new()
    {
        ClientId = row.ClientId,
        Name = row.Name,
        ApplicationType = row.ApplicationType,
        RedirectUris = row.RedirectUris,
        AllowedScopes = row.AllowedScopes,
        DefaultScopes = row.DefaultScopes,
        GrantTypes = row.GrantTypes,
        RequirePkce = row.RequirePkce,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
        DisabledAt = row.DisabledAt,
        Secrets = [.. LiveSecrets.All(row).Select(secret => View(row, secret, uses, now))],
    };

    private static SecretView View(ClientRow row, StoredSecret secret, IReadOnlyCollection<ClientSecretUse> uses, DateTimeOffset now)
    {
        var name = ClientSecretUses.Of(secret.Hash);
        var used = uses.FirstOrDefault(use => use.ClientId == row.ClientId && use.Secret.AsSpan().SequenceEqual(name));
        return new SecretView(
            secret.Hash == row.ClientSecret ? "client_secret" : "next_client_secret",
            secret.IsLive(now), int.Parse(secret.Hash.AsSpan(4, 2), CultureInfo.InvariantCulture), secret.ExpiresAt, used?.LastUsedAt);
    }
}
