using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>Who is signed in.</summary>
/// <param name="Id">The account; the <c>sub</c> of tokens.</param>
/// <param name="Name">The name to show, an e-mail address.</param>
/// <param name="SecurityStamp">Changes with the password; a session with an older stamp is over.</param>
/// <param name="AuthenticatedAt">
/// When the password was last typed, whole seconds (OpenID Connect calls it auth_time).
/// </param>
/// <param name="SessionId">
/// The session in this browser, the same until the person signs out (OpenID Connect calls it sid).
/// </param>
internal sealed record SignedInAccount(
    Guid Id, string Name, string SecurityStamp, DateTimeOffset AuthenticatedAt, Guid SessionId)
{
    /// <summary>
    /// Another one each time that the password was typed, also within a second and in the same session.
    /// </summary>
    public string SignInId { get; init; } = string.Empty;

    /// <summary>By what the person was recognised (OpenID Connect calls it amr).</summary>
    public SignInMethods Methods { get; init; } = SignInMethods.Password;

    /// <summary>The other identity provider that the session came from, by name; null for none.</summary>
    public string? Provider { get; init; }
}

/// <summary>
/// The session of a person: read, started and ended here and nowhere else
/// (docs/decisions/024-pages-alone-ask-who-is-signed-in.md).
/// </summary>
internal sealed class AccountSession(
    SignInManager<Account> signIn, Sessions sessions, KnownDevices devices, LanguageCookie language, TimeProvider clock)
{
    /// <summary>How long a session lasts after 'keep me signed in', renewed by use.</summary>
    public static readonly TimeSpan KeptLifetime = TimeSpan.FromDays(14);

    /// <summary>How long any other session lasts at most, however much it is used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private static readonly string StampClaim = new ClaimsIdentityOptions().SecurityStampClaimType;
    private const string AuthenticatedAtKey = "authenticated_at";
    private const string EndsAtKey = "ends_at";
    private const string SessionIdKey = "session_id";
    private const string SignInIdKey = "sign_in_id";
    private const string MethodsKey = "methods";
    private const string ProviderKey = "provider";

    /// <summary>
    /// Reads the session, and makes it the user of the request, so that antiforgery tokens belong to this account.
    /// </summary>
    public static async ValueTask<SignedInAccount?> ReadAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!result.Succeeded) return null;
        var account = Read(result.Principal, result.Properties);
        if (account is not null) http.User = result.Principal;
        return account;
    }

    /// <summary>
    /// Signs a person in with a new cookie; an older one of this browser is replaced (session fixation). Whoever signs
    /// in once more goes on with the same session. The browser now knows the account, and the language of its profile.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Who it is.</param>
    /// <param name="keep">Whether the session is kept.</param>
    /// <param name="methods">By what they were recognised.</param>
    /// <param name="provider">Where, by name; null for here. A session that goes on stays one of its provider.</param>
    public async Task StartAsync(
        HttpContext http, Account account, bool keep, SignInMethods methods, string? provider = null)
    {
        var before = await BeforeAsync(http);
        var now = clock.GetUtcNow();
        var properties = new AuthenticationProperties
        {
            IsPersistent = keep,
            IssuedUtc = now,
            ExpiresUtc = now + (keep ? KeptLifetime : Lifetime),
        };
        Write(properties, AuthenticatedAtKey, now);
        properties.Items[SessionIdKey] = (await BeginAsync(http, account, keep, before?.SessionId)).ToString();
        properties.Items[SignInIdKey] = Handle.NewId().ToString("N");
        properties.Items[MethodsKey] = methods.ToString();
        if ((provider ?? (before?.Id == account.Id ? before.Provider : null)) is { } from)
            properties.Items[ProviderKey] = from;
        if (!keep) Write(properties, EndsAtKey, now + Lifetime);
        var user = await signIn.CreateUserPrincipalAsync(account);
        await http.SignInAsync(IdentityConstants.ApplicationScheme, user, properties);
        devices.Remember(http, account);
    }

    /// <summary>Ends the session of this browser, and with it what apps got in it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Whose session it is.</param>
    /// <param name="clientId">The app that asked for it; null when the person did by themselves.</param>
    public async Task EndAsync(HttpContext http, SignedInAccount account, string? clientId = null)
    {
        var end = new SessionEnd
        {
            UserId = account.Id,
            Only = account.SessionId,
            By = clientId is null ? EndedBy.Person : EndedBy.App,
            Event = AuditEventNames.SignOut,
            ClientId = clientId,
            Audit = http.Audit(),
        };
        // Not tied to the request: whoever signs out and closes the page is signed out.
        await sessions.EndAsync(end, CancellationToken.None);
        await ForgetAsync(http);
    }

    /// <summary>Takes the cookie away of a session that is over.</summary>
    public static Task ForgetAsync(HttpContext http) => http.SignOutAsync(IdentityConstants.ApplicationScheme);

    /// <summary>True when the session was started with 'keep me signed in'.</summary>
    public static async ValueTask<bool> IsKeptAsync(HttpContext http) =>
        (await http.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Properties?.IsPersistent ?? false;

    /// <summary>
    /// True when the session has a fixed end and has reached it: renewals of the cookie do not move that end.
    /// </summary>
    public static bool HasEnded(AuthenticationProperties properties, DateTimeOffset now) =>
        Read(properties, EndsAtKey) <= now;

    private static async ValueTask<SignedInAccount?> BeforeAsync(HttpContext http)
    {
        var result = await http.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return result.Succeeded ? Read(result.Principal, result.Properties) : null;
    }

    // An account that has changed since its password was checked gets a session that is none: it has to sign in again.
    private async Task<Guid> BeginAsync(HttpContext http, Account account, bool keep, Guid? before)
    {
        var session = new NewSession
        {
            UserId = account.Id,
            SecurityStamp = account.SecurityStamp ?? "",
            Before = before,
            Kept = keep,
            Lifetime = keep ? KeptLifetime : Lifetime,
            Device = BrowserName.Of(http.Request.Headers.UserAgent),
            Audit = http.Audit(),
        };
        if (await sessions.BeginAsync(session, http.RequestAborted) is not { } begun) return Handle.NewId();
        if (begun.Language is { } chosen) language.Keep(http, chosen);
        return begun.Id;
    }

    /// <summary>What a cookie says; null for one that names no account and no session.</summary>
    public static SignedInAccount? Read(ClaimsPrincipal user, AuthenticationProperties properties)
    {
        if (!Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id)) return null;
        if (!Guid.TryParse(Item(properties, SessionIdKey), out var session)) return null;
        if (Item(properties, SignInIdKey) is not { } signIn) return null;
        if (Item(properties, MethodsKey) is not { } methods) return null;
        return new SignedInAccount(
            id,
            user.Identity?.Name ?? "",
            user.FindFirstValue(StampClaim) ?? "",
            Read(properties, AuthenticatedAtKey) ?? DateTimeOffset.UnixEpoch,
            session)
        {
            SignInId = signIn,
            Methods = SignInMethods.Of(methods),
            Provider = Item(properties, ProviderKey),
        };
    }

    private static void Write(AuthenticationProperties properties, string key, DateTimeOffset time) =>
        properties.Items[key] = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string? Item(AuthenticationProperties properties, string key) =>
        properties.Items.TryGetValue(key, out var text) ? text : null;

    private static DateTimeOffset? Read(AuthenticationProperties properties, string key) =>
        long.TryParse(Item(properties, key), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
