using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Passkeys;

/// <summary>A challenge that a page was given.</summary>
/// <param name="Id">Used once.</param>
/// <param name="Browser">The browser that was given it.</param>
/// <param name="AccountId">Whose passkey it registers; null for signing in.</param>
/// <param name="State">What Identity checks the answer against.</param>
/// <param name="EndsAt">After this it is worth nothing.</param>
internal sealed record PasskeyTicket(
    [property: JsonPropertyName("i")] string Id,
    [property: JsonPropertyName("b")] Guid Browser,
    [property: JsonPropertyName("a")] Guid? AccountId,
    [property: JsonPropertyName("s")] string State,
    [property: JsonPropertyName("e")] DateTimeOffset EndsAt)
{
    /// <summary>Holds the challenge.</summary>
    public override string ToString() => "a passkey challenge";
}

/// <summary>
/// The challenges of passkeys: sealed into the page that asks, tied to this browser and, for a new passkey, to its
/// account. A row says that one was used, so that of twenty equal answers on two instances one counts; pages that are
/// only looked at write nothing (docs/decisions/039-a-challenge-is-used-once.md).
/// </summary>
internal sealed class PasskeyTickets(
    IDataProtectionProvider protection, ServerAddress address, UsedJwts used, TimeProvider clock)
{
    private const string Kind = "passkey challenge";

    /// <summary>How long a challenge waits for its answer.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>
    /// False at an address without a name: no browser has passkeys for it (Web Authentication §5.1.2).
    /// </summary>
    public bool ArePossible { get; } = !IPAddress.TryParse(address.Host.Trim('[', ']'), out _);

    private readonly SealedJson<PasskeyTicket> _sealed = new(protection, "OAuthServer.Accounts.PasskeyTicket.v1");
    private readonly SealedJson<PasskeyBrowser> _browsers = new(protection, "OAuthServer.Accounts.PasskeyBrowser.v1");

    /// <summary>Seals a challenge for this browser.</summary>
    public string Issue(HttpContext http, string state, Guid? accountId)
    {
        var ticket = new PasskeyTicket(
            Handle.New(), BrowserOf(http) ?? NameBrowser(http), accountId, state, clock.GetUtcNow() + Lifetime);
        return _sealed.Seal(ticket);
    }

    /// <summary>
    /// Uses a challenge up, and gives what its answer is checked against; null when it is not this browser's or this
    /// account's, is too old, or was used before.
    /// </summary>
    public async Task<string?> UseAsync(HttpContext http, string sealedTicket, Guid? accountId, CancellationToken ct)
    {
        if (_sealed.Open(sealedTicket) is not { } ticket) return null;
        if (ticket.AccountId != accountId || ticket.Browser != BrowserOf(http)) return null;
        if (ticket.EndsAt <= clock.GetUtcNow()) return null;
        return await used.TryUseAsync(UsedJwts.IdOf(Kind, "", ticket.Id), ticket.EndsAt, ct) ? ticket.State : null;
    }

    private Guid? BrowserOf(HttpContext http) =>
        http.Request.Cookies[PageCookies.Passkey(address).Name!] is { } cookie ? _browsers.Open(cookie)?.Id : null;

    private Guid NameBrowser(HttpContext http)
    {
        var browser = new PasskeyBrowser(Handle.NewId());
        var cookie = PageCookies.Passkey(address);
        http.Response.Cookies.Append(
            cookie.Name!, _browsers.Seal(browser), cookie.Build(http, clock.GetUtcNow()));
        return browser.Id;
    }

    private sealed record PasskeyBrowser(Guid Id);
}
