using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>Puts a new secret before the old one, which stays good for a while, so that nobody is locked out meanwhile.</summary>
internal static class SecretRotation
{
    /// <summary>How long an old secret stays good unless something else is said.</summary>
    public static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(7);

    /// <summary>
    /// The row with <paramref name="hash"/> as its secret, which has no end. Of the live secrets the one that would last longest becomes
    /// the second, until <paramref name="keepOld"/> from now or its own end if that is sooner; there is no room for another.
    /// </summary>
    /// <param name="row">As it is.</param>
    /// <param name="hash">bcrypt of the new secret.</param>
    /// <param name="keepOld">Zero ends the old secrets at once.</param>
    /// <param name="now">The moment of the rotation.</param>
    public static ClientRow Rotate(ClientRow row, string hash, TimeSpan keepOld, DateTimeOffset now)
    {
        var kept = keepOld > TimeSpan.Zero ? LiveSecrets.Of(row, now).MaxBy(secret => secret.ExpiresAt ?? DateTimeOffset.MaxValue) : null;
        var end = now + keepOld;
        return row with
        {
            ClientSecret = hash,
            ClientSecretExpiresAt = null,
            NextClientSecret = kept?.Hash,
            NextClientSecretExpiresAt = kept is null ? null : kept.ExpiresAt < end ? kept.ExpiresAt : end,
        };
    }
}
