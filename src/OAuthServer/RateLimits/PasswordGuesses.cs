using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OAuthServer.Protocol;

namespace OAuthServer.RateLimits;

/// <summary>
/// An e-mail address and a password, in the one form in which each is compared, and where they were typed.
/// </summary>
internal record PasswordGuess(string Email, string Password, ClientAddress From)
{
    /// <summary>Holds the password.</summary>
    public override string ToString() => "a guess of a password";
}

/// <summary>A budget of guesses that is used up, and the reason code to record it by.</summary>
internal sealed record UsedUpBudget(string Reason, BudgetState State);

/// <summary>
/// How many wrong passwords there may be, from all addresses together: for one account, whether it exists or not,
/// and of one password, at whatever accounts it is tried. A browser that knows the account has a small budget of its
/// own, which no stranger can touch. What was typed is kept only as an HMAC: under a key of this process, or under one
/// of all instances where they count together.
/// </summary>
internal sealed class PasswordGuesses(
    IOptions<RateLimitOptions> options, TimeProvider clock, SharedBudgets? shared = null) : IDisposable
{
    private const int PerDevice = 10;
    private const int AtOnce = 3;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly BudgetTable _accounts =
        Table(options, options.Value.Passwords.PermitLimit, clock).With(shared, "accounts");

    private readonly BudgetTable _passwords =
        Table(options, options.Value.Passwords.PermitLimit, clock).With(shared, "passwords");

    private readonly BudgetTable _devices = Table(options, PerDevice, clock).With(shared, "devices");
    private readonly BudgetTable _addresses = Table(options, 1, clock).With(shared, "addresses");
    private readonly TriesAtOnce _underWay = new(AtOnce);

    /// <summary>How many keys each of the tables counts for.</summary>
    public IEnumerable<KeyValuePair<string, int>> Sizes =>
    [
        KeyValuePair.Create("accounts", _accounts.Count),
        KeyValuePair.Create("passwords", _passwords.Count),
        KeyValuePair.Create("devices", _devices.Count),
        KeyValuePair.Create("addresses", _addresses.Count),
    ];

    /// <summary>
    /// True when a browser that knows the account has guesses left; else it is one of all the strangers.
    /// </summary>
    public bool MayTry(Guid deviceId, Guid accountId) => _devices.Look(DeviceKey(deviceId, accountId)).IsAcquired;

    /// <summary>Counts a wrong password typed in a browser that knows the account.</summary>
    public async ValueTask CountAsync(Guid deviceId, Guid accountId) =>
        await _devices.TakeAsync(DeviceKey(deviceId, accountId));

    /// <summary>The state of a budget that is used up, so that this stranger must not try; else null.</summary>
    public BudgetState? UsedUp(PasswordGuess guess)
    {
        if (_accounts.Look(AccountKey(guess)) is { IsAcquired: false } account) return account.State;
        return _passwords.Look(Seal(guess.Password)) is { IsAcquired: false } password ? password.State : null;
    }

    /// <summary>
    /// False when others try at the same account, or the same password, at this moment; else <see cref="End"/> must
    /// follow.
    /// </summary>
    public bool TryBegin(PasswordGuess guess)
    {
        if (!_underWay.TryEnter(AccountKey(guess))) return false;
        if (_underWay.TryEnter(Seal(guess.Password))) return true;
        _underWay.Leave(AccountKey(guess));
        return false;
    }

    /// <summary>Ends a try that was begun.</summary>
    public void End(PasswordGuess guess)
    {
        _underWay.Leave(AccountKey(guess));
        _underWay.Leave(Seal(guess.Password));
    }

    /// <summary>
    /// True while no wrong password for this account has come from this address. Such a stranger may be the owner at
    /// a new browser, so the lock that others caused does not hold for them.
    /// </summary>
    public bool IsNewcomer(PasswordGuess guess) => _addresses.Look(AddressKey(guess)).IsAcquired;

    /// <summary>Counts a stranger's wrong password. Returns the budgets whose last guess this was.</summary>
    public async ValueTask<IReadOnlyList<UsedUpBudget>> CountAsync(PasswordGuess guess)
    {
        // Begun together: where instances count together, they wait for one another's answers once.
        var addressTaken = _addresses.TakeAsync(AddressKey(guess));
        var accountTaken = _accounts.TakeAsync(AccountKey(guess));
        var passwordTaken = _passwords.TakeAsync(Seal(guess.Password));
        await addressTaken;
        var account = await accountTaken;
        var password = await passwordTaken;
        var usedUp = new List<UsedUpBudget>();
        if (account is { IsAcquired: true, State.Remaining: 0 })
            usedUp.Add(new(Reasons.AccountGuessesExhausted, account.State));
        if (password is { IsAcquired: true, State.Remaining: 0 })
            usedUp.Add(new(Reasons.PasswordGuessesExhausted, password.State));
        return usedUp;
    }

    /// <summary>False when whoever holds a session of this account has guessed its password too often.</summary>
    public bool MayConfirm(Guid accountId) => _devices.Look(SessionKey(accountId)).IsAcquired;

    /// <summary>Counts a wrong password of whoever holds a session.</summary>
    public async ValueTask CountConfirmationAsync(Guid accountId) => await _devices.TakeAsync(SessionKey(accountId));

    /// <inheritdoc/>
    public void Dispose()
    {
        _accounts.Dispose();
        _passwords.Dispose();
        _devices.Dispose();
        _addresses.Dispose();
    }

    private static BudgetTable Table(IOptions<RateLimitOptions> options, int permits, TimeProvider clock) =>
        new(permits, options.Value.Passwords.Window, clock);

    private static string DeviceKey(Guid deviceId, Guid accountId) => $"{deviceId} {accountId}";

    private static string SessionKey(Guid accountId) => $"session {accountId}";

    private string AccountKey(PasswordGuess guess) => Seal(guess.Email);

    private string AddressKey(PasswordGuess guess) => $"{AccountKey(guess)} {guess.From}";

    private string Seal(string typed) =>
        Convert.ToHexString(HMACSHA256.HashData(shared?.Key ?? _key, Encoding.UTF8.GetBytes(typed)));
}
