namespace OAuthServer.Settings;

/// <summary>What a changed device fingerprint does at a refresh.</summary>
internal enum DeviceBinding
{
    /// <summary>Fingerprints are not kept.</summary>
    Off,

    /// <summary>A change is an audit event.</summary>
    Audit,

    /// <summary>A change is a refusal.</summary>
    Enforce,
}

/// <summary>Section <c>OAuth</c>: who we are, and how long what we issue lives.</summary>
internal sealed class OAuthOptions
{
    /// <summary>The longest that <see cref="AccessTokenLifetime"/> can be.</summary>
    public static readonly TimeSpan LongestAccessToken = TimeSpan.FromHours(1);

    /// <summary>
    /// The issuer identifier (RFC 8414 §2), byte for byte; the one source of every URL that we print.
    /// </summary>
    public string Issuer { get; set; } = string.Empty;

    /// <summary>
    /// How long the visit to a pushed request may wait; 5 seconds to 10 minutes (RFC 9126 §2.2).
    /// </summary>
    public TimeSpan PushedRequestLifetime { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Refuses authorization requests that were not pushed, of every client (RFC 9126 §5).</summary>
    public bool RequirePushedAuthorizationRequests { get; set; }

    /// <summary>At most 10 minutes (RFC 6749 §4.1.2).</summary>
    public TimeSpan AuthorizationCodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Also the longest that an API which validates offline accepts a revoked token. An API may have its own
    /// (<c>oauth_resources.access_token_lifetime</c>).
    /// </summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a refresh token may lie idle.</summary>
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The absolute end of a family of refresh tokens, from its code on; rotation never moves it.</summary>
    public TimeSpan RefreshTokenFamilyLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Inside this window a repeated refresh gets the same successor again; zero to five minutes.</summary>
    public TimeSpan RefreshRetryWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What a changed device fingerprint does at a refresh.</summary>
    public DeviceBinding DeviceBinding { get; set; } = DeviceBinding.Audit;

    /// <summary>
    /// Whether <c>/oauth/revoke</c> takes access tokens; if not it answers <c>unsupported_token_type</c> (RFC 7009
    /// §2.2.1).
    /// </summary>
    public bool AccessTokenRevocation { get; set; } = true;

    /// <summary>
    /// A page with a section for each public error, such as docs/errors.md as you publish it: refusals then carry
    /// <c>error_uri</c> (RFC 6749 §4.1.2.1, §5.2), this and <c>#invalid_grant</c>. Empty for none.
    /// </summary>
    public string? ErrorDocumentation { get; set; }
}

/// <summary>What an operator may write in section <c>OAuth</c>.</summary>
internal sealed class OAuthOptionsValidator(IHostEnvironment environment) : OptionsValidator<OAuthOptions>
{
    private const string WhatItIs =
        "the https URL under which clients reach this server, for example https://login.example.com";

    private static readonly TimeSpan LongestCode = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestAccess = TimeSpan.FromMinutes(1);

    protected override IEnumerable<string?> Faults(OAuthOptions options) =>
    [
        IssuerFault(options.Issuer) is { } fault ? $"OAuth:Issuer {fault}" : null,
        Rule(
            options.AuthorizationCodeLifetime > TimeSpan.Zero && options.AuthorizationCodeLifetime <= LongestCode,
            "OAuth:AuthorizationCodeLifetime must be above 0 and at most 00:10:00 (RFC 6749 §4.1.2)."),
        Range(
            "OAuth:PushedRequestLifetime", options.PushedRequestLifetime, TimeSpan.FromSeconds(5), LongestCode),
        Range(
            "OAuth:AccessTokenLifetime",
            options.AccessTokenLifetime, ShortestAccess, OAuthOptions.LongestAccessToken),
        Rule(
            options.RefreshTokenLifetime > options.AccessTokenLifetime,
            "OAuth:RefreshTokenLifetime must be longer than OAuth:AccessTokenLifetime."),
        Rule(
            options.RefreshTokenFamilyLifetime >= options.RefreshTokenLifetime,
            "OAuth:RefreshTokenFamilyLifetime must be at least OAuth:RefreshTokenLifetime."),
        Range("OAuth:RefreshRetryWindow", options.RefreshRetryWindow, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
        Rule(Enum.IsDefined(options.DeviceBinding), "OAuth:DeviceBinding must be Off, Audit or Enforce."),
        Rule(
            string.IsNullOrEmpty(options.ErrorDocumentation) || IsPlainUrl(options.ErrorDocumentation),
            "OAuth:ErrorDocumentation must be an absolute http or https URL in ASCII without a fragment; "
            + "the name of the error becomes the fragment."),
    ];

    // The characters of RFC 6749 §5.2 for error_uri.
    private static bool IsPlainUrl(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange('!', '~') && text.AsSpan().IndexOfAny('"', '\\', '#') < 0
        && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private string? IssuerFault(string? issuer)
    {
        if (string.IsNullOrEmpty(issuer)) return $"is required: {WhatItIs}.";
        if (issuer.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return "must have no space and only ASCII characters: it is printed byte for byte (RFC 8414 §3.3).";
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var uri)) return "is not an absolute URL.";
        if (issuer.AsSpan().IndexOfAny('?', '#') >= 0) return "must have no query and no fragment (RFC 8414 §2).";
        if (issuer.EndsWith('/'))
            return "must not end with a slash: clients compare it byte for byte (RFC 8414 §3.3).";
        if (uri.UserInfo.Length > 0) return "must have no user information.";
        if (uri.Scheme == "https") return null;
        return uri is { Scheme: "http", IsLoopback: true } && environment.IsDevelopment()
            ? null
            : "must be https; http is for a loopback host in Development only (RFC 6749 §3.1).";
    }
}
