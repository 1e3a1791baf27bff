using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>A browser in which people have signed in before.</summary>
/// <param name="Id">Random; names the browser and nobody.</param>
/// <param name="Accounts">Those who signed in, the latest first.</param>
/// <param name="ExpiresAt">After this it is a stranger's browser again.</param>
internal sealed record KnownDevice(Guid Id, IReadOnlyList<DeviceAccount> Accounts, DateTimeOffset ExpiresAt)
{
    /// <summary>True when this account signed in here, and has not changed its password elsewhere since.</summary>
    public bool Knows(Account account) => Accounts.Contains(DeviceAccount.Of(account));
}

/// <summary>An account with the security stamp that it had when it signed in.</summary>
internal sealed record DeviceAccount(Guid Id, string? Stamp)
{
    public static DeviceAccount Of(Account account) => new(account.Id, account.SecurityStamp);
}

/// <summary>
/// Device cookies, as OWASP describes them: whoever has signed in with a browser before is told apart there from the
/// strangers who guess (docs/decisions/015-guessing-shuts-nobody-out.md). The password is still asked for. The cookie
/// outlives the session and signing out.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, ServerAddress address, TimeProvider clock)
{
    private const int MostAccounts = 5;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly SealedJson<KnownDevice> _sealed = new(protection, "OAuthServer.Accounts.KnownDevices.v1");

    /// <summary>The device of this request; null when it brings no cookie of ours.</summary>
    public KnownDevice? Read(HttpContext http)
    {
        if (http.Request.Cookies[PageCookies.Device(address).Name!] is not { } cookie) return null;
        return _sealed.Open(cookie) is { } device && device.ExpiresAt > clock.GetUtcNow() ? device : null;
    }

    /// <summary>Remembers that this account has signed in, beside the few that did so before it.</summary>
    public void Remember(HttpContext http, Account account)
    {
        var before = Read(http);
        var others = before?.Accounts.Where(other => other.Id != account.Id) ?? [];
        var accounts = others.Prepend(DeviceAccount.Of(account)).Take(MostAccounts);
        var now = clock.GetUtcNow();
        var device = new KnownDevice(before?.Id ?? Handle.NewId(), [.. accounts], now + Lifetime);
        var cookie = PageCookies.Device(address);
        var options = cookie.Build(http, now);
        options.MaxAge = Lifetime;
        http.Response.Cookies.Append(cookie.Name!, _sealed.Seal(device), options);
    }
}
