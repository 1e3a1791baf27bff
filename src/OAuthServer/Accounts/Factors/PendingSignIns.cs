using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>The first step of signing in.</summary>
/// <param name="Keep">Whether the session is to be kept.</param>
/// <param name="Methods">By what the person was recognised.</param>
/// <param name="Provider">At which other identity provider, by name; null for here.</param>
internal sealed record FirstStep(bool Keep, SignInMethods Methods, string? Provider = null)
{
    /// <summary>The right password.</summary>
    public static FirstStep Password(bool keep) => new(keep, SignInMethods.Password);
}

/// <summary>A person who has taken the first step, and whose second factor is still to come.</summary>
/// <param name="AccountId">Who it is.</param>
/// <param name="Stamp">The security stamp of the account then.</param>
/// <param name="EndsAt">After this the first step is asked for again.</param>
/// <param name="First">The first step.</param>
internal sealed record PendingSignIn(Guid AccountId, string Stamp, DateTimeOffset EndsAt, FirstStep First);

/// <summary>
/// Keeps the first step of signing in, sealed in a cookie of this browser. It is no session: nothing but the page of
/// the second step reads it.
/// </summary>
internal sealed class PendingSignIns(IDataProtectionProvider protection, ServerAddress address, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly SealedJson<PendingSignIn> _sealed = new(protection, "OAuthServer.Accounts.PendingSignIn.v1");

    /// <summary>What this browser has; null when nothing waits, or it waited too long.</summary>
    public PendingSignIn? Read(HttpContext http)
    {
        if (http.Request.Cookies[PageCookies.Pending(address).Name!] is not { } cookie) return null;
        return _sealed.Open(cookie) is { } pending && pending.EndsAt > clock.GetUtcNow() ? pending : null;
    }

    public void Write(HttpContext http, Account account, FirstStep first)
    {
        var now = clock.GetUtcNow();
        var pending = new PendingSignIn(account.Id, account.SecurityStamp ?? "", now + Lifetime, first);
        var cookie = PageCookies.Pending(address);
        http.Response.Cookies.Append(cookie.Name!, _sealed.Seal(pending), cookie.Build(http, now));
    }

    public void Clear(HttpContext http)
    {
        var cookie = PageCookies.Pending(address);
        if (http.Request.Cookies.ContainsKey(cookie.Name!))
            http.Response.Cookies.Delete(cookie.Name!, cookie.Build(http, clock.GetUtcNow()));
    }
}
