using System.Security.Cryptography;
using System.Text;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.RateLimits;

/// <summary>A try to sign in.</summary>
/// <param name="Email">What was typed.</param>
/// <param name="Password">What was typed.</param>
/// <param name="From">Where it comes from.</param>
/// <param name="Device">The browser, if it is known.</param>
internal sealed record SignInTry(string Email, string Password, ClientAddress From, KnownDevice? Device)
{
    /// <summary>Holds the password.</summary>
    public override string ToString() => "a try to sign in";
}

/// <summary>A budget of guesses that is used up, and the reason code to record it by.</summary>
internal sealed record UsedUpBudget(string Reason, BudgetState State);

/// <summary>
/// How many wrong passwords there may be, from all addresses together: for one account, whether it exists or not, and of
/// one password, at whatever accounts it is tried. A browser that knows the account has a small budget of its own, which
/// no stranger can touch. What was typed is kept only as an HMAC under a key of this process.
/// </summary>
internal sealed class PasswordGuesses(GuessLimit limit, TimeProvider clock) : IDisposable
{
    private const int PerDevice = 10;
    private const int AtOnce = 3;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly BudgetTable _accounts = new(limit.PermitLimit, limit.Window, clock);
    private readonly BudgetTable _passwords = new(limit.PermitLimit, limit.Window, clock);
    private readonly BudgetTable _devices = new(PerDevice, limit.Window, clock);
    private readonly BudgetTable _addresses = new(1, limit.Window, clock);
    private readonly TriesAtOnce _underWay = new(AtOnce);

    /// <summary>How many keys each of the tables counts for.</summary>
    public IEnumerable<KeyValuePair<string, int>> Sizes =>
    [
        KeyValuePair.Create("accounts", _accounts.Count), KeyValuePair.Create("passwords", _passwords.Count),
        KeyValuePair.Create("devices", _devices.Count), KeyValuePair.Create("addresses", _addresses.Count),
    ];

    /// <summary>True when the browser knows the account and has guesses left; else it is one of all the strangers.</summary>
    public bool Trusts(KnownDevice device, Account account) => device.Knows(account) && _devices.Look(DeviceKey(device, account)).Acquired;

    /// <summary>Counts a wrong password typed in a known browser.</summary>
    public void Count(KnownDevice device, Account account) => _devices.Take(DeviceKey(device, account));

    /// <summary>The state of a budget that is used up, so that this stranger must not try; else null.</summary>
    public BudgetState? UsedUp(SignInTry attempt)
    {
        if (_accounts.Look(AccountKey(attempt)) is { Acquired: false } account) return account.State;
        return _passwords.Look(Seal(attempt.Password)) is { Acquired: false } password ? password.State : null;
    }

    /// <summary>False when others try at the same account, or the same password, at this moment; else <see cref="End"/> must follow.</summary>
    public bool TryBegin(SignInTry attempt)
    {
        if (!_underWay.TryEnter(AccountKey(attempt))) return false;
        if (_underWay.TryEnter(Seal(attempt.Password))) return true;
        _underWay.Leave(AccountKey(attempt));
        return false;
    }

    /// <summary>Ends a try that was begun.</summary>
    public void End(SignInTry attempt)
    {
        _underWay.Leave(AccountKey(attempt));
        _underWay.Leave(Seal(attempt.Password));
    }

    /// <summary>
    /// True while no wrong password for this account has come from this address. Such a stranger may be the owner at a new
    /// browser, so the lock that others caused does not hold for them.
    /// </summary>
    public bool IsNewcomer(SignInTry attempt) => _addresses.Look(AddressKey(attempt)).Acquired;

    /// <summary>Counts a stranger's wrong password. Returns the budgets whose last guess this was.</summary>
    public IReadOnlyList<UsedUpBudget> Count(SignInTry attempt)
    {
        _addresses.Take(AddressKey(attempt));
        var account = _accounts.Take(AccountKey(attempt));
        var password = _passwords.Take(Seal(attempt.Password));
        var usedUp = new List<UsedUpBudget>();
        if (account is { Acquired: true, State.Remaining: 0 }) usedUp.Add(new(Reasons.AccountGuessesExhausted, account.State));
        if (password is { Acquired: true, State.Remaining: 0 }) usedUp.Add(new(Reasons.PasswordGuessesExhausted, password.State));
        return usedUp;
    }

    /// <summary>False when whoever holds a session of this account has guessed its password too often.</summary>
    public bool MayConfirm(Guid accountId) => _devices.Look(SessionKey(accountId)).Acquired;

    /// <summary>Counts a wrong password of whoever holds a session.</summary>
    public void CountConfirmation(Guid accountId) => _devices.Take(SessionKey(accountId));

    /// <inheritdoc/>
    public void Dispose()
    {
        _accounts.Dispose();
        _passwords.Dispose();
        _devices.Dispose();
        _addresses.Dispose();
    }

    private static string DeviceKey(KnownDevice device, Account account) => $"{device.Id} {account.Id}";

    private static string SessionKey(Guid accountId) => $"session {accountId}";

    // As Identity compares them: without regard to case.
    private string AccountKey(SignInTry attempt) => Seal(attempt.Email.ToUpperInvariant());

    private string AddressKey(SignInTry attempt) => $"{AccountKey(attempt)} {attempt.From}";

    private string Seal(string typed) => Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(typed)));
}
