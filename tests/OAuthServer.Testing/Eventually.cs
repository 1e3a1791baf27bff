using System.Diagnostics;

namespace OAuthServer.Testing;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    /// <summary>Asks until the condition holds; throws when it does not before the deadline.</summary>
    /// <param name="condition">Asked again and again, at least once.</param>
    /// <param name="deadline">How long to wait at most.</param>
    /// <param name="what">The condition in words, for the failure.</param>
    public static async Task BecomesTrue(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > deadline)
                throw new TimeoutException($"Not within {deadline.TotalSeconds:0.#} s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
