using System.Globalization;

namespace OAuthServer.Storage.Schema;

/// <summary>How long migrations wait, and for whom.</summary>
internal sealed record MigrationPatience
{
    /// <summary>
    /// A statement that changes a table waits this long for its lock. Whoever asks for the table after it waits
    /// behind it, so this is also the longest that requests are held up.
    /// </summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a script is tried whose lock did not come.</summary>
    public int Tries { get; init; } = 10;

    /// <summary>
    /// The rest after the first try, in which those who queued up are served; twice as long after the second, and
    /// so on.
    /// </summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a migrator asks whether its turn has come.</summary>
    public TimeSpan TurnInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The script with its limit in front, which holds until the transaction's end.</summary>
    public string Limit(MigrationScript script)
    {
        var milliseconds = ((long)LockTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        return $"SET LOCAL lock_timeout = '{milliseconds}ms';\n{script.Sql}";
    }
}
