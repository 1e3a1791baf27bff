using OAuthServer.Settings;

namespace OAuthServer.Keys;

/// <summary>Which <see cref="IKeySource"/> holds the keys.</summary>
internal enum SigningKeySource
{
    SecretsManager,

    /// <summary>Files on this machine, for development.</summary>
    File,
}

/// <summary>How signing keys are kept, found and refreshed: the section <c>SigningKeys</c>.</summary>
internal sealed class SigningKeyOptions
{
    public const string Section = "SigningKeys";

    /// <summary>
    /// For how long readers may keep the JWK Set and the metadata: the max-age that both are served with.
    /// </summary>
    public const int JwksMaxAgeSeconds = 300;

    /// <summary>Allowed between the clocks of issuer and verifier, on top of a token's lifetime.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>Where the keys are. <c>File</c> in Development.</summary>
    public SigningKeySource Source { get; set; } = SigningKeySource.SecretsManager;

    /// <summary>Name or ARN of the secret whose <c>SecretString</c> is a PKCS#8 PEM.</summary>
    public string SecretId { get; set; } = "oauth/jwt-private-key";

    /// <summary>Name or ARN of the secret that holds the server secret, made by <c>keys generate</c>.</summary>
    public string ServerSecretId { get; set; } = "oauth/server-secret";

    /// <summary>The folder of the key files; relative to the content root.</summary>
    public string Directory { get; set; } = ".data/keys";

    /// <summary>How often the store is asked for changes; every wait is up to a tenth shorter or longer.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a pending key must have been published before <c>keys promote</c> lets it sign: longer than verifiers
    /// cache the JWK Set, which stock ones do for up to 24 hours.
    /// </summary>
    public TimeSpan PublishBeforeSigning { get; set; } = TimeSpan.FromHours(25);

    /// <summary>
    /// How old a signing key should become. Nothing rotates by itself; metrics tell how many days are left.
    /// </summary>
    public TimeSpan RotateEvery { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The AWS region; when absent the SDK looks in the environment, the profile and the instance.</summary>
    public string? Region { get; set; }

    /// <summary>Another address of Secrets Manager, for instance a VPC endpoint or LocalStack.</summary>
    public string? ServiceUrl { get; set; }

    /// <summary>
    /// How long a key is published after this instance saw that it no longer signs: the longest that its last token can
    /// live, since an API may have a lifetime of its own, time for every other instance to see the same, and clock
    /// skew.
    /// </summary>
    internal TimeSpan PreviousKeyRetention() => OAuthOptions.LongestAccessToken + (2 * PollInterval) + ClockSkew;

    /// <summary>The longest that a running instance takes to see a change, as long as the store answers.</summary>
    internal TimeSpan SeenWithin() => PollInterval * (1 + Jitter.Share);

    /// <summary>
    /// The least that <see cref="PublishBeforeSigning"/> may be: a promotion takes the place of the previous key, so
    /// the last token of that one must have expired. It also outlasts a JWK Set that was fetched just before the
    /// slowest instance published the key: <see cref="SeenWithin"/> and the max-age are less.
    /// </summary>
    internal TimeSpan ShortestPublication() => PreviousKeyRetention();
}

/// <summary>What an operator may write in section <c>SigningKeys</c>.</summary>
internal sealed class SigningKeyOptionsValidator : OptionsValidator<SigningKeyOptions>
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromDays(1);

    protected override IEnumerable<string?> Faults(SigningKeyOptions options) =>
    [
        Rule(Enum.IsDefined(options.Source), "SigningKeys:Source must be SecretsManager or File."),
        Rule(
            options.Source != SigningKeySource.File || !string.IsNullOrWhiteSpace(options.Directory),
            "SigningKeys:Directory must name a folder when SigningKeys:Source is File."),
        Rule(
            options.Source != SigningKeySource.SecretsManager || options.SecretId is { Length: > 0 and <= 2048 },
            "SigningKeys:SecretId must be the name or ARN of a secret, of at most 2048 characters."),
        Rule(
            options.Source != SigningKeySource.SecretsManager || options.ServerSecretId is { Length: > 0 and <= 2048 },
            "SigningKeys:ServerSecretId must be the name or ARN of a secret, of at most 2048 characters."),
        Rule(
            options.Source != SigningKeySource.SecretsManager || options.ServerSecretId != options.SecretId,
            "SigningKeys:ServerSecretId must be another secret than SigningKeys:SecretId."),
        Range("SigningKeys:PollInterval", options.PollInterval, TimeSpan.FromSeconds(1), LongestPoll),
        PublicationFault(options),
        Range("SigningKeys:RotateEvery", options.RotateEvery, TimeSpan.FromDays(1), TimeSpan.FromDays(3650)),
        Rule(
            options.Region is null || IsRegion(options.Region),
            "SigningKeys:Region must be the name of an AWS region, such as eu-central-1."),
        Rule(
            options.ServiceUrl is null || IsHttp(options.ServiceUrl),
            "SigningKeys:ServiceUrl must be an absolute http or https address without query or user information."),
    ];

    // The lower bound depends on PollInterval, and is only computed from one that is right itself.
    private static string? PublicationFault(SigningKeyOptions options)
    {
        var shortest = options.PollInterval > LongestPoll ? TimeSpan.Zero : options.ShortestPublication();
        return options.PublishBeforeSigning >= shortest && options.PublishBeforeSigning <= TimeSpan.FromDays(30)
            ? null
            : $"SigningKeys:PublishBeforeSigning must be from {shortest:c}, which SigningKeys:PollInterval asks for, "
                + "to 30.00:00:00.";
    }

    private static bool IsRegion(string region) =>
        region.Length is > 0 and <= 40
        && region.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.Query.Length == 0 && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
}
