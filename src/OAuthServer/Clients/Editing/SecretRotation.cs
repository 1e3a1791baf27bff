using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// Puts a new secret before the old one, which stays good for a while, so that nobody is locked out meanwhile.
/// </summary>
internal static class SecretRotation
{
    /// <summary>How long an old secret stays good unless something else is said.</summary>
    public static readonly TimeSpan UsualOverlap = TimeSpan.FromDays(7);

    /// <summary>Why a client gets no new secret; null when it does.</summary>
    public static string? Fault(ClientRow row, bool force, DateTimeOffset now)
    {
        if (row.ApplicationType != "web")
            return $"{row.ClientId} is public ({row.ApplicationType}) and has no secret.";
        if (row.HasKeys()) return $"{row.ClientId} has keys and no secret: change jwks, or what is at its jwks_uri.";
        return StoredSecret.LiveOf(row, now).Count == 2 && !force
            ? $"{row.ClientId} has two live secrets already: one of them would end at once. "
                + "Wait until one has ended, or force it."
            : null;
    }

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
