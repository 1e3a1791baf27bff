namespace OAuthServer.Bench.Abuse;

/// <summary>What is tried and for how long.</summary>
/// <param name="PerSecond">Guesses.</param>
/// <param name="Seconds">Length of each counted run: without the attack, with it, and the attack alone.</param>
internal sealed record AbuseOptions(IReadOnlyList<Attack> Attacks, int PerSecond, TimeSpan Warmup, TimeSpan Seconds)
{
    /// <summary>The honest callers.</summary>
    public const int Connections = 16;

    /// <inheritdoc />
    public override string ToString() =>
        $"{Connections} honest callers refresh, {Seconds.TotalSeconds:0} s alone and {Seconds.TotalSeconds:0} s beside {PerSecond} guesses a second, which then go on alone for {Seconds.TotalSeconds:0} s, after {Warmup.TotalSeconds:0} s of warm-up. Rate limits are the product's own. All share the machine.";
}
