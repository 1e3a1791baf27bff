using OAuthServer.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// Puts a new secret before the old one, which stays good for a while, so that nobody is locked out meanwhile.
/// </summary>
internal static class SecretRotation
{
    /// <summary>How long an old secret stays good unless something else is said.</summary>
    public static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(7);

    /// <summary>
    /// Makes <paramref name="hash"/> the secret of a row, without an end. Of the live secrets the one that would last
    /// longest becomes the second, until <paramref name="keepOld"/> from now or its own end if that is sooner; there
    /// is no room for another.
    /// </summary>
    /// <param name="row">The client; it is changed.</param>
    /// <param name="hash">bcrypt of the new secret.</param>
    /// <param name="keepOld">Zero ends the old secrets at once.</param>
    /// <param name="now">The moment of the rotation.</param>
    public static void Rotate(ClientRow row, string hash, TimeSpan keepOld, DateTimeOffset now)
    {
        var live = keepOld > TimeSpan.Zero ? StoredSecret.LiveOf(row, now) : [];
        var kept = live.MaxBy(secret => secret.ExpiresAt ?? DateTimeOffset.MaxValue);
        var end = now + keepOld;
        row.ClientSecret = hash;
        row.ClientSecretExpiresAt = null;
        row.NextClientSecret = kept?.Hash;
        row.NextClientSecretExpiresAt = kept is null ? null : kept.ExpiresAt < end ? kept.ExpiresAt : end;
    }
}
