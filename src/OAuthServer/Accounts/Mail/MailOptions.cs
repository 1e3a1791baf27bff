using System.Net;
using MimeKit;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.Mail;

/// <summary>How the connection to the mail server is kept from being read.</summary>
internal enum MailTls
{
    /// <summary>STARTTLS, and no mail at all to a server that does not offer it.</summary>
    StartTls,

    /// <summary>TLS from the first byte, as on port 465.</summary>
    OnConnect,

    /// <summary>None: whoever can read the network in between can use the links.</summary>
    None,
}

/// <summary>Section <c>Mail</c>: how people are written to (docs/operations/mail.md).</summary>
internal sealed class MailOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Mail";

    /// <summary>
    /// The SMTP server. Without one nothing is sent; Development shows mails at <c>/account/mails</c>.
    /// </summary>
    public string? Host { get; set; }

    /// <summary>Its port: 587 with <c>StartTls</c>, 465 with <c>OnConnect</c>.</summary>
    public int Port { get; set; } = 587;

    /// <summary>
    /// <c>StartTls</c>, <c>OnConnect</c>, or <c>None</c>: then whoever can read the network in between can use the
    /// links.
    /// </summary>
    public MailTls Tls { get; set; } = MailTls.StartTls;

    /// <summary>Who we are to the SMTP server; empty to send without signing in.</summary>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string? Password { get; set; }

    /// <summary>A file with the password instead, read for each connection.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Whom mails are from, for example <c>Example &lt;no-reply@example.com&gt;</c>.</summary>
    public string From { get; set; } = string.Empty;

    /// <summary>A folder with templates that take the place of ours, by their names.</summary>
    public string? Templates { get; set; }

    /// <summary>How often each instance looks for what is to be sent.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long connecting to the SMTP server, or sending one mail, may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first try that failed; each one after it is twice as long.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many mails that forms ask for go to one address, and about one account, in an hour.</summary>
    public int MostAnHour { get; set; } = 5;

    /// <summary>When so many mails wait, forms that ask for one are told to come back.</summary>
    public int MostWaiting { get; set; } = 10_000;

    /// <summary>Holds the password.</summary>
    public override string ToString() => nameof(MailOptions);
}

/// <summary>What an operator may write in section <c>Mail</c>.</summary>
internal sealed class MailOptionsValidator : OptionsValidator<MailOptions>
{
    private const string Section = MailOptions.Section;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    protected override IEnumerable<string?> Faults(MailOptions options) =>
    [
        Range($"{Section}:Port", options.Port, 1, 65535),
        Rule(Enum.IsDefined(options.Tls), $"{Section}:Tls must be StartTls, OnConnect or None."),
        Rule(
            options.From.Length == 0 ? string.IsNullOrEmpty(options.Host) : IsAddress(options.From),
            $"{Section}:From must be an address, with {Section}:Host: for example Example <no-reply@example.com>."),
        Rule(
            string.IsNullOrEmpty(options.Password) || string.IsNullOrEmpty(options.PasswordFile),
            $"{Section}:Password and {Section}:PasswordFile are two places for one password: leave one of them out."),
        Rule(
            string.IsNullOrEmpty(options.PasswordFile) || File.Exists(options.PasswordFile),
            $"{Section}:PasswordFile must be a file that is there and may be read."),
        Rule(
            string.IsNullOrEmpty(options.User) != HasPassword(options),
            $"{Section}:User and a password belong together: give both, or neither."),
        Rule(
            options.Tls != MailTls.None || !HasPassword(options) || IsThisMachine(options.Host),
            $"{Section}:Tls is None, which sends the password as it is: use StartTls or OnConnect."),
        Range($"{Section}:PollInterval", options.PollInterval, Shortest, Hour),
        Range($"{Section}:Timeout", options.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        Range($"{Section}:FirstPause", options.FirstPause, Shortest, Hour),
        Range($"{Section}:LongestPause", options.LongestPause, TimeSpan.FromSeconds(1), Hour),
        Range($"{Section}:MostAnHour", options.MostAnHour, 1, 1000),
        Range($"{Section}:MostWaiting", options.MostWaiting, 1, 1_000_000),
        .. MailTemplates.Faults(options.Templates),
    ];

    private static bool HasPassword(MailOptions options) =>
        !string.IsNullOrEmpty(options.Password) || !string.IsNullOrEmpty(options.PasswordFile);

    private static bool IsAddress(string text) =>
        MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal);

    private static bool IsThisMachine(string? host) =>
        host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
