using StackExchange.Redis;

namespace OAuthServer.RateLimits;

/// <summary>
/// Where instances count together (docs/operations/limits.md). Off while <see cref="Redis"/> is empty.
/// </summary>
internal sealed class SharedBudgetOptions
{
    /// <summary>
    /// Where all instances count together: host and port of a Redis, with what StackExchange.Redis takes behind them,
    /// <c>redis:6380,ssl=true,user=oauth,password=…</c>. Empty: each instance counts for itself.
    /// </summary>
    public string Redis { get; set; } = "";

    /// <summary>How long an answer of it is waited for; without one the request goes on, counted here alone.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>After an answer that did not come: how long it is not asked.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads <see cref="Redis"/>; null when it cannot be read or names no server.</summary>
    public ConfigurationOptions? Parse()
    {
        try
        {
            var parsed = ConfigurationOptions.Parse(Redis, ignoreUnknown: false);
            return parsed.EndPoints.Count > 0 ? parsed : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
