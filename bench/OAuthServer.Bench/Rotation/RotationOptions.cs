namespace OAuthServer.Bench.Rotation;

/// <summary>How long, by how many.</summary>
internal sealed record RotationOptions(TimeSpan Duration, int Callers)
{
    public const int Rotations = 3;

    /// <summary>The shortest that the product allows.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);

    /// <summary>How often the second instance asks the store; the first is told by SIGHUP.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    /// <summary>How often the API fetches the keys, and at no other time.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From the making of a key to its promotion: a poll and a renewal, with room for a busy machine.
    /// </summary>
    public static readonly TimeSpan Publication = TimeSpan.FromSeconds(20);

    /// <summary>A promotion takes the place of the previous key, whose tokens must be dead by then.</summary>
    public static readonly TimeSpan Shortest = (2 * Publication) + ((Rotations - 1) * (TokenLifetime + (2 * Poll)));

    /// <summary>From one promotion to the next.</summary>
    public TimeSpan Between => (Duration - (2 * Publication)) / (Rotations - 1);

    /// <inheritdoc />
    public override string ToString() =>
        $"{Callers} callers refresh at two instances in turn and call an API behind the framework's AddJwtBearer with "
        + $"each token, and again with the last one of every key until it expires, for {Duration.TotalSeconds:0} s. "
        + $"Tokens live {TokenLifetime.TotalSeconds:0} s. {Rotations} times: keys generate, "
        + $"{Publication.TotalSeconds:0} s of publication, keys promote. The API has the keys of at most "
        + $"{Renewal.TotalSeconds:0} s ago and asks for none. One instance follows by SIGHUP, the other by its poll "
        + $"every {Poll.TotalSeconds:0} s. All share the machine.";
}
