using OAuthServer.Settings;

namespace OAuthServer.Storage.Sweeping;

/// <summary>The section <c>Sweeper</c>: how rows that are over leave the database.</summary>
internal sealed class SweeperOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Sweeper";

    /// <summary>The most rows that one statement may take.</summary>
    public const int LargestBatch = 1000;

    /// <summary>Whether this instance sweeps. Off only where something else does.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The time between two runs; every wait is up to a tenth shorter or longer. A run goes on until nothing is
    /// left.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The rows that one statement deletes at most. Requests that are answered beside larger ones wait for them
    /// noticeably.
    /// </summary>
    public int BatchSize { get; set; } = 200;

    /// <summary>The database ends a statement that takes longer; the next one takes half as many rows.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The shortest pause between two statements; it is never shorter than nine times the time the last one took.
    /// </summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a family's row stays after the end of its live refresh token, and up to a day more, so that a late
    /// replay is still known as one.
    /// </summary>
    public TimeSpan KeepRefreshTokens { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// How long a session of a person stays after its end, with its browser and address: for whoever asks what ended
    /// it.
    /// </summary>
    public TimeSpan KeepSessions { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long it stays that an app was told of the end of a session, or could not be.</summary>
    public TimeSpan KeepLogoutNotices { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long a mail stays after the time in which it could be sent, with its address and what became of it. No less
    /// than the hour in which the mails to an address are counted.
    /// </summary>
    public TimeSpan KeepMails { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a mailed link stays after its end, used or not. Its answer is the same without.</summary>
    public TimeSpan KeepLinks { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>What an operator may write in section <c>Sweeper</c>.</summary>
internal sealed class SweeperOptionsValidator : OptionsValidator<SweeperOptions>
{
    private static readonly TimeSpan LongestStay = TimeSpan.FromDays(400);
    private static readonly TimeSpan ShortestStatement = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(SweeperOptions options) =>
    [
        Range("Sweeper:Interval", options.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        Range("Sweeper:BatchSize", options.BatchSize, 1, SweeperOptions.LargestBatch),
        Range("Sweeper:StatementTimeout", options.StatementTimeout, ShortestStatement, TimeSpan.FromMinutes(1)),
        Range("Sweeper:Pause", options.Pause, TimeSpan.Zero, TimeSpan.FromSeconds(10)),
        Range("Sweeper:KeepRefreshTokens", options.KeepRefreshTokens, TimeSpan.Zero, LongestStay),
        Range("Sweeper:KeepSessions", options.KeepSessions, TimeSpan.Zero, LongestStay),
        Range("Sweeper:KeepLogoutNotices", options.KeepLogoutNotices, TimeSpan.Zero, LongestStay),
        Range("Sweeper:KeepMails", options.KeepMails, TimeSpan.FromHours(1), LongestStay),
        Range("Sweeper:KeepLinks", options.KeepLinks, TimeSpan.Zero, LongestStay),
    ];
}
