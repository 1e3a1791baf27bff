using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace OAuthServer.Samples.ThirdPartyApp;

/// <summary>What the home page shows: who signed in, and the notes or what went wrong at the API.</summary>
internal sealed record Overview(string Name, string? ExpiresAt, IReadOnlyList<string> Notes, string? Problem);

/// <summary>
/// The user's connection: its tokens live in the session cookie; every method answers a short reason code or null.
/// </summary>
internal sealed class Connection(HttpClient http, IConfiguration configuration)
{
    private readonly string _server = configuration["OAuth:Server"]!.TrimEnd('/');
    private readonly string _notes = configuration["Api"]!.TrimEnd('/') + "/notes";

    /// <summary>Reads the notes; null when there is no connection.</summary>
    public async Task<Overview?> ReadAsync(HttpContext context)
    {
        var session = await context.AuthenticateAsync();
        if (session.Properties?.GetTokenValue("access_token") is not { } token) return null;
        var (status, body) = await SendAsync(Api(HttpMethod.Get, token));
        var notes = status == HttpStatusCode.OK ? JsonSerializer.Deserialize<string[]>(body) : null;
        var problem = status == HttpStatusCode.OK
            ? null
            : $"The API answered {(status is null ? "nothing" : (int)status)}. {body}";
        var name = session.Principal!.Identity!.Name ?? session.Principal.FindFirst("email")?.Value
            ?? "somebody without a name";
        return new Overview(name, session.Properties.GetTokenValue("expires_at"), notes ?? [], problem);
    }

    public async Task<string?> WriteAsync(HttpContext context, string text)
    {
        using var request = Api(HttpMethod.Post, await context.GetTokenAsync("access_token") ?? "");
        request.Content = JsonContent.Create(new { text });
        return (await SendAsync(request)).Status == HttpStatusCode.Created ? null : "api";
    }

    /// <summary>RFC 6749 §6: a new access token, and a new refresh token that replaces the old one.</summary>
    public async Task<string?> RefreshAsync(HttpContext context)
    {
        var session = await context.AuthenticateAsync();
        var refreshToken = session.Properties?.GetTokenValue("refresh_token") ?? "";
        var (status, body) = await SendAsync(
            Server("/oauth/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }));
        // 400: the connection has ended (expired, withdrawn); anything else is worth another try with the same token.
        if (status == HttpStatusCode.BadRequest) await context.SignOutAsync();
        if (status != HttpStatusCode.OK) return status == HttpStatusCode.BadRequest ? "ended" : "server";
        using var answer = JsonDocument.Parse(body);
        var json = answer.RootElement;
        foreach (var name in (string[])["access_token", "refresh_token", "id_token"])
            if (json.TryGetProperty(name, out var token)) Update(session.Properties!, name, token.GetString());
        var expires = TimeProvider.System.GetUtcNow().AddSeconds(json.GetProperty("expires_in").GetInt32());
        Update(session.Properties!, "expires_at", expires.ToString("o", CultureInfo.InvariantCulture));
        await context.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme, session.Principal!, session.Properties);
        return null;
    }

    /// <summary>RFC 7009: withdraws the refresh token, and with it the whole grant; then forgets the session.</summary>
    public async Task<string?> DisconnectAsync(HttpContext context)
    {
        var refreshToken = await context.GetTokenAsync("refresh_token") ?? "";
        var (status, _) = await SendAsync(
            Server("/oauth/revoke", new() { ["token"] = refreshToken, ["token_type_hint"] = "refresh_token" }));
        if (status != HttpStatusCode.OK) return "server";
        await context.SignOutAsync();
        return null;
    }

    private HttpRequestMessage Api(HttpMethod method, string token) =>
        new(method, _notes) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private HttpRequestMessage Server(string path, Dictionary<string, string> form)
    {
        form["client_id"] = configuration["OAuth:ClientId"]!;
        form["client_secret"] = configuration["OAuth:ClientSecret"]!;
        return new HttpRequestMessage(HttpMethod.Post, _server + path) { Content = new FormUrlEncodedContent(form) };
    }

    private async Task<(HttpStatusCode? Status, string Body)> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using (request)
            {
                using var response = await http.SendAsync(request);
                return (response.StatusCode, await response.Content.ReadAsStringAsync());
            }
        }
        catch (Exception outage) when (outage is HttpRequestException or OperationCanceledException)
        {
            return (null, "");
        }
    }

    private static void Update(AuthenticationProperties properties, string name, string? value) =>
        properties.UpdateTokenValue(name, value ?? "");
}
