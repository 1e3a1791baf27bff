using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>A secret as an operator may see it: everything but its hash.</summary>
/// <param name="Column">Where it stands: <c>client_secret</c> or <c>next_client_secret</c>.</param>
/// <param name="Live">False once it has ended.</param>
/// <param name="Cost">Of its bcrypt hash.</param>
/// <param name="ExpiresAt">Null for no end.</param>
/// <param name="LastUsedAt">Up to two minutes behind; null when no use was noted.</param>
internal sealed record SecretView(
    string Column, bool Live, int Cost, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt)
{
    public static SecretView Of(
        string clientId, StoredSecret secret, IEnumerable<ClientSecretUse> uses, DateTimeOffset now)
    {
        var name = ClientSecretUses.Of(secret.Hash);
        var used = uses.FirstOrDefault(use => use.ClientId == clientId && use.Secret.AsSpan().SequenceEqual(name));
        return new SecretView(secret.Column, secret.IsLive(now), secret.Cost, secret.ExpiresAt, used?.LastUsedAt);
    }

    /// <summary>No secret is in it.</summary>
    public override string ToString() => Column;
}
