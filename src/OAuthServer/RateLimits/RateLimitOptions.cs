using OAuthServer.Settings;

namespace OAuthServer.RateLimits;

/// <summary>Which requests use up a budget.</summary>
internal enum BudgetCount
{
    /// <summary>Every request.</summary>
    All,

    /// <summary>
    /// Only requests that are refused, so that honest traffic from one busy address is never turned away: those
    /// answered with 400 to 499, and those that send a browser back to an app with an error.
    /// </summary>
    Refused,
}

/// <summary>What one address may use of one group of endpoints in one window.</summary>
internal sealed class BudgetOptions
{
    /// <summary>Permits per address and window.</summary>
    public int PermitLimit { get; set; } = 100;

    /// <summary>Length of a window; it opens with the first permit taken.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Which requests take a permit.</summary>
    public BudgetCount Count { get; set; } = BudgetCount.All;
}

/// <summary>
/// The section <c>RateLimiting</c>: what one address may ask of each group of endpoints, and how often a secret may
/// be guessed (RFC 6749 §10.10, RFC 6585 §4).
/// </summary>
internal sealed class RateLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "RateLimiting";

    /// <summary>The authorization endpoint.</summary>
    public BudgetOptions Authorize { get; init; } = new() { Count = BudgetCount.Refused };

    /// <summary>The token endpoint and the refresh endpoint, together.</summary>
    public BudgetOptions Token { get; init; } = new() { Count = BudgetCount.Refused };

    /// <summary>The revocation endpoint.</summary>
    public BudgetOptions Revoke { get; init; } = new() { Count = BudgetCount.Refused };

    /// <summary>
    /// The list of revoked tokens. An API asks 180 times in a quarter of an hour, unless it was told otherwise.
    /// </summary>
    public BudgetOptions Revocations { get; init; } = new() { PermitLimit = 1000 };

    /// <summary>The sign-in page.</summary>
    public BudgetOptions SignIn { get; init; } = new();

    /// <summary>
    /// The forms that send mail: forgotten password, registration, confirmation and change of an address.
    /// </summary>
    public BudgetOptions Mail { get; init; } = new() { PermitLimit = 30 };

    /// <summary>The admin API, at the management port.</summary>
    public BudgetOptions Admin { get; init; } = new() { Count = BudgetCount.Refused };

    /// <summary>
    /// Wrong secrets per client, over all addresses; and those for clients that do not exist, together.
    /// </summary>
    public GuessLimit ClientSecrets { get; init; } = new();

    /// <summary>
    /// Wrong passwords per account, and wrong tries of one password at whatever accounts, over all addresses.
    /// </summary>
    public GuessLimit Passwords { get; init; } = new();

    /// <summary>Budgets that all instances count together.</summary>
    public SharedBudgetOptions Shared { get; init; } = new();

    /// <summary>The settings of one budget.</summary>
    public BudgetOptions Of(Budget budget) => budget switch
    {
        Budget.Authorize => Authorize,
        Budget.Token => Token,
        Budget.Revoke => Revoke,
        Budget.Revocations => Revocations,
        Budget.Mail => Mail,
        Budget.Admin => Admin,
        _ => SignIn,
    };
}

/// <summary>What an operator may write in section <c>RateLimiting</c>.</summary>
internal sealed class RateLimitOptionsValidator : OptionsValidator<RateLimitOptions>
{
    private const int MostPermits = 1_000_000;
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(RateLimitOptions options) =>
    [
        .. Enum.GetValues<Budget>().SelectMany(budget => Faults(budget.ToString(), options.Of(budget))),
        .. Faults(nameof(options.ClientSecrets), options.ClientSecrets.PermitLimit, options.ClientSecrets.Window),
        .. Faults(nameof(options.Passwords), options.Passwords.PermitLimit, options.Passwords.Window),
        .. Faults(options.Shared),
    ];

    private static IEnumerable<string?> Faults(SharedBudgetOptions shared) =>
    [
        Rule(
            shared.Redis.Length == 0 || shared.Parse() is not null,
            $"{Key("Shared", nameof(shared.Redis))} must be host:port with what StackExchange.Redis takes behind it, "
            + "such as redis:6380,ssl=true"),
        Range(
            Key("Shared", nameof(shared.TimeLimit)),
            shared.TimeLimit, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1)),
        Range(Key("Shared", nameof(shared.Pause)), shared.Pause, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
    ];

    private static IEnumerable<string?> Faults(string group, BudgetOptions budget) =>
    [
        .. Faults(group, budget.PermitLimit, budget.Window),
        Rule(Enum.IsDefined(budget.Count), $"{Key(group, nameof(budget.Count))} must be All or Refused."),
    ];

    private static IEnumerable<string?> Faults(string group, int permits, TimeSpan window) =>
    [
        Range(Key(group, nameof(BudgetOptions.PermitLimit)), permits, 1, MostPermits),
        Range(Key(group, nameof(BudgetOptions.Window)), window, ShortestWindow, LongestWindow),
    ];

    private static string Key(string group, string setting) => $"{RateLimitOptions.Section}:{group}:{setting}";
}
