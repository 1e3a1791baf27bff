using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>A browser in which people are not asked for the second factor.</summary>
/// <param name="Accounts">Whose browser it is, the latest first.</param>
internal sealed record RememberedBrowser(IReadOnlyList<RememberedAccount> Accounts);

/// <summary>An account as it was when the browser was remembered: any new password or factor ends it.</summary>
internal sealed record RememberedAccount(Guid Id, string? Stamp, Guid FactorStamp, DateTimeOffset EndsAt);

/// <summary>
/// "Do not ask again in this browser": sealed in a cookie, and bound to the password and the factors that there were.
/// A session that begins so has one factor, and says so.
/// </summary>
internal sealed class RememberedBrowsers(
    IDataProtectionProvider protection,
    ServerAddress address,
    IOptions<SecondFactorOptions> options,
    TimeProvider clock)
{
    private const int MostAccounts = 5;

    private readonly SealedJson<RememberedBrowser> _sealed =
        new(protection, "OAuthServer.Accounts.RememberedBrowser.v1");

    /// <summary>How long; zero for never.</summary>
    public TimeSpan Lifetime => options.Value.RememberBrowserFor;

    /// <summary>True where this account, as it is now, asked not to be asked again.</summary>
    public bool Knows(HttpContext http, Account account, FactorState factors) =>
        Lifetime > TimeSpan.Zero && Read(http).Any(known => known.Id == account.Id
            && known.Stamp == account.SecurityStamp && known.FactorStamp == factors.Stamp);

    public void Remember(HttpContext http, Account account, FactorState factors)
    {
        if (Lifetime <= TimeSpan.Zero) return;
        var now = clock.GetUtcNow();
        var remembered = new RememberedAccount(account.Id, account.SecurityStamp, factors.Stamp, now + Lifetime);
        var others = Read(http).Where(other => other.Id != account.Id);
        var cookie = PageCookies.Remembered(address);
        var built = cookie.Build(http, now);
        built.MaxAge = Lifetime;
        var browser = new RememberedBrowser([.. others.Prepend(remembered).Take(MostAccounts)]);
        http.Response.Cookies.Append(cookie.Name!, _sealed.Seal(browser), built);
    }

    private IEnumerable<RememberedAccount> Read(HttpContext http) =>
        http.Request.Cookies[PageCookies.Remembered(address).Name!] is { } cookie && _sealed.Open(cookie) is { } known
            ? known.Accounts.Where(account => account.EndsAt > clock.GetUtcNow())
            : [];
}
