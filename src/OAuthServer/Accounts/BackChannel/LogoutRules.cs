using Microsoft.Extensions.Options;
using OAuthServer.Outgoing;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>Where apps may be told, how long a try takes, and when the next one is.</summary>
internal sealed class LogoutRules(
    IOptions<BackChannelOptions> options, IHostEnvironment environment, TimeProvider clock)
{
    // An app on the developer's own machine.
    private static readonly string[] Loopback = ["127.0.0.0/8", "::1/128"];

    // Longer than any pause is, and no overflow.
    private const int MostDoublings = 20;

    private readonly BackChannelOptions _options = options.Value;

    /// <summary>
    /// For longer than one try takes, no other instance takes the notice; a restart is made up for after it.
    /// </summary>
    public TimeSpan Lease => (2 * _options.RequestTimeout) + TimeSpan.FromSeconds(5);

    /// <summary>The addresses that are connected to; in Development also this machine's own.</summary>
    public AddressRules Addresses() => new(
        _options.AllowedHosts,
        environment.IsDevelopment() ? [.. _options.AllowedNetworks, .. Loopback] : _options.AllowedNetworks);

    /// <summary>The address, when it is one to send to: https, and in Development http on this machine.</summary>
    public Uri? Read(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return null;
        if (uri.Scheme == Uri.UriSchemeHttps) return uri;
        return environment.IsDevelopment() && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback ? uri : null;
    }

    /// <summary>Ends a try that takes too long. Dispose of it.</summary>
    public CancellationTokenSource Limit() => new(_options.RequestTimeout, clock);

    /// <summary>How long to wait after this try failed; null when it was the last.</summary>
    public TimeSpan? PauseAfter(DueNotice notice)
    {
        var doubled = _options.FirstPause * Math.Pow(2, Math.Min(notice.Tries - 1, MostDoublings));
        var pause = doubled < _options.LongestPause ? doubled : _options.LongestPause;
        return notice.Age + pause < _options.GiveUpAfter ? pause : null;
    }
}
