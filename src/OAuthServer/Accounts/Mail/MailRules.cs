using Microsoft.Extensions.Options;

namespace OAuthServer.Accounts.Mail;

/// <summary>Whether mails are sent here, and when the next try is.</summary>
internal sealed class MailRules(IOptions<MailOptions> options, IHostEnvironment environment)
{
    // Longer than any pause is, and no overflow.
    private const int MostDoublings = 20;

    private readonly MailOptions _options = options.Value;

    /// <summary>True with a mail server, and in Development, which shows mails instead.</summary>
    public bool CanSend => HasServer || environment.IsDevelopment();

    /// <summary>True when there is a mail server.</summary>
    public bool HasServer => !string.IsNullOrEmpty(_options.Host);

    /// <summary>How often each instance looks for what is to be sent.</summary>
    public TimeSpan PollInterval => _options.PollInterval;

    /// <summary>How many mails that forms ask for go to one address in an hour.</summary>
    public int MostAnHour => _options.MostAnHour;

    /// <summary>When so many mails wait, forms that ask for one are told to come back.</summary>
    public int MostWaiting => _options.MostWaiting;

    /// <summary>For longer than one try takes, no other instance takes the mail.</summary>
    public TimeSpan Lease => (2 * _options.Timeout) + TimeSpan.FromSeconds(5);

    /// <summary>How long to wait after so many tries that failed in a row.</summary>
    public TimeSpan PauseAfter(int tries)
    {
        var doubled = _options.FirstPause * Math.Pow(2, Math.Clamp(tries - 1, 0, MostDoublings));
        return doubled < _options.LongestPause ? doubled : _options.LongestPause;
    }
}
