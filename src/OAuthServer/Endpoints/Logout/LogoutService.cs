using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Logout;

/// <summary>What becomes of an app's request to sign a person out.</summary>
internal abstract record LogoutOutcome
{
    /// <summary>The app showed that it is of this session: the session ends.</summary>
    /// <param name="Client">The app.</param>
    /// <param name="Target">Where the person goes then, its state included; null for a page that says so.</param>
    internal sealed record End(string Client, string? Target) : LogoutOutcome;

    /// <summary>Nobody is signed in.</summary>
    /// <param name="Place">The app that there is a way back to; null for none.</param>
    /// <param name="MayRedirect">The app showed that the person was signed in with it.</param>
    internal sealed record Nobody(AppPlace? Place, bool MayRedirect) : LogoutOutcome;

    /// <summary>The person is asked.</summary>
    /// <param name="Client">The app that seems to ask; null when it is not known.</param>
    /// <param name="Target">Where it wants to go on, if that is registered.</param>
    internal sealed record Ask(Client? Client, string? Target) : LogoutOutcome;
}

/// <summary>An app, and where it may be gone on to.</summary>
internal sealed record AppPlace(string Name, string Url);

/// <summary>
/// Decides about sign-out that an app asks for (OpenID Connect RP-Initiated Logout §2, §6). A hint that fits this
/// session ends it at once. With another one, or none, the person is asked; and nothing but a hint of ours leads to a
/// redirect, to an address that the app registered, character by character (§3).
/// </summary>
internal sealed class LogoutService(IdTokenHintReader hints, ClientDirectory clients, Sessions sessions)
{
    public async Task<LogoutOutcome> DecideAsync(Parameters asked, SignedInAccount? person, CancellationToken ct)
    {
        var hint = asked["id_token_hint"] is { } token ? await hints.ReadAsync(token) : null;
        // Who hands a hint back that another app was given is neither of the two.
        var isTorn = hint is not null && asked["client_id"] is { } named && named != hint.ClientId;
        if (isTorn) hint = null;
        var client = isTorn ? null : await FindAsync(hint?.ClientId ?? asked["client_id"], ct);
        var target = Registered(client, asked["post_logout_redirect_uri"]);
        if (person is null)
            return new LogoutOutcome.Nobody(PlaceOf(client, target, asked["state"]), MayRedirect: hint is not null);
        return hint is not null && await FitsAsync(hint, person, ct)
            ? new LogoutOutcome.End(hint.ClientId, PlaceOf(client, target, asked["state"])?.Url)
            : new LogoutOutcome.Ask(client, target);
    }

    /// <summary>The way back to an app, when it is registered; else null.</summary>
    public async Task<AppPlace?> FindPlaceAsync(string clientId, string uri, string state, CancellationToken ct)
    {
        var client = await FindAsync(clientId, ct);
        return PlaceOf(client, Registered(client, uri), state.Length == 0 ? null : state);
    }

    // Of this session, or of one of the same person that is over: whoever has both signed in here before. One of a
    // session that is live elsewhere was brought here from there.
    private async Task<bool> FitsAsync(IdTokenHint hint, SignedInAccount person, CancellationToken ct)
    {
        if (hint.UserId != person.Id) return false;
        return hint.SessionId is not { } session
            || session == person.SessionId
            || !await sessions.IsLiveAsync(session, ct);
    }

    private async ValueTask<Client?> FindAsync(string? clientId, CancellationToken ct) =>
        clientId is not null && ClientId.IsReadable(clientId) ? await clients.FindAsync(clientId, ct) : null;

    private static string? Registered(Client? client, string? uri) =>
        uri is not null && client?.HasPostLogoutRedirectUri(uri) == true ? uri : null;

    private static AppPlace? PlaceOf(Client? client, string? target, string? state) =>
        client is null || target is null
            ? null
            : new(client.Name, RedirectUri.WithQuery(target, ("state", state)));
}
