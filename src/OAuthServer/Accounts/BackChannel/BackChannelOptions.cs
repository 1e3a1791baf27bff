using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>
/// Section <c>BackChannelLogout</c>: how apps are told, at their <c>backchannel_logout_uri</c>, that a session is over.
/// </summary>
internal sealed class BackChannelOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "BackChannelLogout";

    /// <summary>How often each instance looks for what is to be told.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often each instance looks for sessions whose time is over.</summary>
    public TimeSpan ExpiryInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one try may take, with all that belongs to it.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first try that failed; each one after it is twice as long.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long after the end of a session an app is still tried.</summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Hosts that may have a private address, such as <c>shop.corp.example</c>, as they stand in
    /// <c>backchannel_logout_uri</c>. Link-local addresses and those of cloud metadata stay refused.
    /// </summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Private networks whose apps may be told, in CIDR notation, such as <c>10.20.0.0/16</c>.</summary>
    public IList<string> AllowedNetworks { get; init; } = [];
}

/// <summary>What an operator may write in section <c>BackChannelLogout</c>.</summary>
internal sealed class BackChannelOptionsValidator : OptionsValidator<BackChannelOptions>
{
    private const string Section = BackChannelOptions.Section;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    protected override IEnumerable<string?> Faults(BackChannelOptions options) =>
    [
        Range($"{Section}:PollInterval", options.PollInterval, Shortest, Hour),
        Range($"{Section}:ExpiryInterval", options.ExpiryInterval, Shortest, Hour),
        Range($"{Section}:RequestTimeout", options.RequestTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)),
        Range($"{Section}:FirstPause", options.FirstPause, Shortest, Hour),
        Range($"{Section}:LongestPause", options.LongestPause, TimeSpan.FromSeconds(10), Day),
        Range($"{Section}:GiveUpAfter", options.GiveUpAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        .. AllowedPlaces.Faults(Section, options.AllowedHosts, options.AllowedNetworks),
    ];
}
