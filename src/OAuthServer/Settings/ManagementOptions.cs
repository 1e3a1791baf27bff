using System.Net;

namespace OAuthServer.Settings;

/// <summary>
/// Section <c>Management</c>: a port of its own for operators, which is off unless <see cref="Url"/> says where it is.
/// </summary>
internal sealed class ManagementOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Management";

    /// <summary>
    /// Where it listens, such as <c>http://127.0.0.1:9090</c>; empty for no such port. Over plain http the admin API
    /// answers this machine alone, and trusted proxies that took https.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// Names by which it may be called (the header Host), beside this machine's own and that of the URL.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    /// <summary>Whether <c>/metrics</c> is there, in the text format of Prometheus.</summary>
    public bool Metrics { get; set; }

    /// <summary>
    /// The public client by which the operators' site signs people in; empty for no site. It may administer, and has
    /// the redirect URI <c>/admin/signed-in</c> at the port.
    /// </summary>
    public string? SiteClient { get; set; }

    /// <summary>How long ago an operator may have signed in; from a minute to half a day.</summary>
    public TimeSpan LongestSignIn { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether there is such a port.</summary>
    internal bool IsOn => !string.IsNullOrEmpty(Url);

    /// <summary>Whether there is the operators' site.</summary>
    internal bool HasSite => !string.IsNullOrEmpty(SiteClient);
}

/// <summary>What an operator may write in section <c>Management</c>.</summary>
internal sealed class ManagementOptionsValidator : OptionsValidator<ManagementOptions>
{
    protected override IEnumerable<string?> Faults(ManagementOptions options) =>
    [
        Rule(
            !options.IsOn || IsAddress(options.Url!),
            "Management:Url must be http or https, a host and a port, without a path, such as http://127.0.0.1:9090."),
        Rule(
            options.IsOn || !options.Metrics,
            "Management:Metrics needs Management:Url: metrics are answered at the management port alone."),
        Rule(
            options.IsOn || !options.HasSite,
            "Management:SiteClient needs Management:Url: the operators' site is at the management port alone."),
        Rule(
            options.Hosts.All(IsHost),
            "Management:Hosts must be names or addresses without a scheme, port or path, such as admin.internal."),
        Range(
            "Management:LongestSignIn", options.LongestSignIn, TimeSpan.FromMinutes(1), TimeSpan.FromHours(12)),
    ];

    private static bool IsHost(string host) =>
        Uri.CheckHostName(host) is not UriHostNameType.Unknown || IPAddress.TryParse(host.Trim('[', ']'), out _);

    // As Kestrel reads addresses: * and + are every address of the machine.
    private static bool IsAddress(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address is { IsUnixPipe: false, IsNamedPipe: false, PathBase.Length: 0 }
                && address.Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
