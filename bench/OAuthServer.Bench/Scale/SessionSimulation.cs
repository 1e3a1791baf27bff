namespace OAuthServer.Bench.Scale;

/// <summary>A day of a service that has run for long, in numbers for each session that is live.</summary>
/// <param name="Begun">Sessions that begin on a day.</param>
/// <param name="Refreshes">Refreshes of a day.</param>
/// <param name="Rows">Rows of sessions in the table, live and not yet gone.</param>
/// <param name="Leaving">Rows of sessions that leave on a day.</param>
internal readonly record struct SimulatedDay(double Begun, double Refreshes, double Rows, double Leaving);

/// <summary>
/// Sessions that come, refresh, expire and are swept, each by itself: one of many thousands stands for all like it. It
/// runs until as many leave as come, and then looks at a day.
/// </summary>
internal static class SessionSimulation
{
    // Enough for figures that differ by less than one in a hundred from run to run.
    private const int Sampled = 200_000;

    /// <summary>The day that follows from a life, for one live session.</summary>
    /// <param name="life">What is assumed.</param>
    /// <param name="seed">Of the dice: the same gives the same.</param>
    public static SimulatedDay Run(SessionLife life, int seed)
    {
        // Begun evenly over as long as a row can be there; after that time the first ones are gone, and a day is like
        // the next.
        var span = life.LongestDays + life.KeepDays + 2;
        var (live, rows, leaving, used) = (0.0, 0.0, 0.0, 0.0);
        foreach (var session in Draw(life, span, Sampled, seed))
        {
            if (session.IsLive(span)) live++;
            if (session.IsThere(span)) rows++;
            if (session.Leaves > span - 1 && session.Leaves <= span) leaving++;
            used += Math.Max(0, Math.Min(session.LastUsed, span) - Math.Max(session.Began, span - 1));
        }

        return new SimulatedDay(Sampled / span / live, used * life.RefreshesADay / live, rows / live, leaving / live);
    }

    /// <summary>Sessions that begin evenly over some days, each used for a time that forgets how long it was.</summary>
    public static IEnumerable<SimulatedSession> Draw(SessionLife life, double days, int count, int seed)
    {
#pragma warning disable CA5394 // Dice of a simulation, which have to fall the same way again.
        var dice = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var began = dice.NextDouble() * days;
            yield return SimulatedSession.Of(life, began, -Math.Log(1 - dice.NextDouble()) * life.DaysOfUse);
        }
#pragma warning restore CA5394
    }
}
