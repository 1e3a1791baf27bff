namespace OAuthServer.Bench.Abuse;

/// <summary>What is tried and for how long.</summary>
/// <param name="PerSecond">Guesses.</param>
/// <param name="Seconds">Length of each counted run: without the attack, when it begins, and when its budget is used
/// up.</param>
internal sealed record AbuseOptions(IReadOnlyList<Attack> Attacks, int PerSecond, TimeSpan Warmup, TimeSpan Seconds)
{
    /// <summary>The honest callers.</summary>
    public const int Connections = 16;

    /// <inheritdoc />
    public override string ToString() =>
        $"{Connections} honest callers refresh: {Seconds.TotalSeconds:0} s alone, {Seconds.TotalSeconds:0} s beside "
        + $"{PerSecond} guesses a second that have just begun, and {Seconds.TotalSeconds:0} s beside them once no "
        + $"guess is judged any more, after {Warmup.TotalSeconds:0} s of warm-up. Rate limits are the product's own. "
        + "All share the machine.";
}
