using OAuthServer.Outgoing;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// Section <c>Passwords</c>: what a new password is compared with. Serves NIST SP 800-63B-4 §3.1.1.2.
/// </summary>
internal sealed class PasswordRuleOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Passwords";

    /// <summary>
    /// The base address of a range service of breached passwords, such as <c>https://api.pwnedpasswords.com/range/</c>.
    /// It is told the first five hexadecimal digits of the SHA-1 of a new password and answers with the rest of all
    /// that begin so. Empty: only the list in the server is asked. A service that does not answer stops nobody.
    /// </summary>
    public string? BreachList { get; set; }

    /// <summary>How long one question to it may take, with all that belongs to it.</summary>
    public TimeSpan BreachTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Hosts that may have a private address, such as <c>breaches.corp.example</c>. Link-local addresses and those of
    /// cloud metadata stay refused.
    /// </summary>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Private networks that the service may be in, in CIDR notation, such as <c>10.20.0.0/16</c>.</summary>
    public IList<string> AllowedNetworks { get; init; } = [];
}

/// <summary>What an operator may write in section <c>Passwords</c>.</summary>
internal sealed class PasswordRuleOptionsValidator : OptionsValidator<PasswordRuleOptions>
{
    protected override IEnumerable<string?> Faults(PasswordRuleOptions options) =>
    [
        Rule(
            string.IsNullOrEmpty(options.BreachList) || IsBase(options.BreachList),
            "Passwords:BreachList must be an https URL that ends in a slash, without query and fragment, such as "
            + "https://api.pwnedpasswords.com/range/."),
        Range(
            "Passwords:BreachTimeout", options.BreachTimeout,
            TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
        .. AllowedPlaces.Faults(PasswordRuleOptions.Section, options.AllowedHosts, options.AllowedNetworks),
    ];

    private static bool IsBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttps
        && uri is { Query: "", Fragment: "", UserInfo: "" }
        && uri.AbsolutePath.EndsWith('/');
}
