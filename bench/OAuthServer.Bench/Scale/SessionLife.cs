namespace OAuthServer.Bench.Scale;

/// <summary>What is assumed of the people behind the sessions, and the server's own times.</summary>
internal sealed record SessionLife
{
    /// <summary>How long a session is used until its person comes no more, in days; some go soon, some stay.</summary>
    public double DaysOfUse { get; init; } = 30;

    /// <summary>Refreshes of a session on a day on which it is used.</summary>
    public double RefreshesADay { get; init; } = 8;

    /// <summary>The busiest hour of a day, as a multiple of the mean.</summary>
    public double Peak { get; init; } = 2.5;

    /// <summary><c>OAuth:RefreshTokenLifetime</c>, in days.</summary>
    public double IdleDays { get; init; } = 7;

    /// <summary><c>OAuth:RefreshTokenFamilyLifetime</c>, in days; also how long the row of a code stays.</summary>
    public double LongestDays { get; init; } = 90;

    /// <summary><c>Sweeper:KeepRefreshTokens</c>, in days.</summary>
    public double KeepDays { get; init; } = 1;

    /// <summary><c>Audit:Retention</c>, in days.</summary>
    public double AuditDays { get; init; } = 400;
}

/// <summary>When one session begins, is used last, expires and leaves the table; in days.</summary>
internal readonly record struct SimulatedSession(double Began, double LastUsed, double Expires, double Leaves)
{
    /// <summary>The session that begins then and is used for so long, by the rules of the table's statements.</summary>
    public static SimulatedSession Of(SessionLife life, double began, double used)
    {
        var last = Math.Min(used, life.LongestDays);
        var expires = Math.Min(last + life.IdleDays, life.LongestDays);
        // sweep_at is whole days after the begin, the first one after the end of the live token.
        var sweepAt = Math.Floor(expires) + 1;
        return new(began, began + last, began + expires, began + sweepAt + life.KeepDays);
    }

    /// <summary>Whether its token works.</summary>
    public bool IsLive(double at) => Began <= at && at < Expires;

    /// <summary>Whether its row is there, when the sweeper keeps up.</summary>
    public bool IsThere(double at) => Began <= at && at < Leaves;
}
