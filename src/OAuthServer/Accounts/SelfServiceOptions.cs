using OAuthServer.Accounts.Mail;
using OAuthServer.Settings;

namespace OAuthServer.Accounts;

/// <summary>Section <c>SelfService</c>: what people may do about their accounts by themselves.</summary>
internal sealed class SelfServiceOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "SelfService";

    /// <summary>"Forgot your password?": a link by mail to choose a new one. Off where no mail can be sent.</summary>
    public bool PasswordReset { get; set; } = true;

    /// <summary>Anybody can make an account for an address that they have. Needs <c>Mail:Host</c>.</summary>
    public bool Registration { get; set; }

    /// <summary>People change, and confirm, the address of their account. Off where no mail can be sent.</summary>
    public bool AddressChange { get; set; } = true;

    /// <summary>People delete their account.</summary>
    public bool Deletion { get; set; } = true;

    /// <summary>People download what is kept of them.</summary>
    public bool Download { get; set; } = true;
}

/// <summary>What an operator may write in section <c>SelfService</c>.</summary>
internal sealed class SelfServiceOptionsValidator(IConfiguration configuration, IHostEnvironment environment)
    : OptionsValidator<SelfServiceOptions>
{
    private const string MailHost = $"{MailOptions.Section}:{nameof(MailOptions.Host)}";

    protected override IEnumerable<string?> Faults(SelfServiceOptions options) =>
    [
        Rule(
            !options.Registration || environment.IsDevelopment() || !string.IsNullOrEmpty(configuration[MailHost]),
            $"SelfService:Registration needs {MailHost}: an account is made by a link that is mailed."),
    ];
}
