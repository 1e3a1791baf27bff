using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Testing;

/// <summary>An answer of a form endpoint, read whole.</summary>
public sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, string? ContentType, string Body)
{
    private readonly Lazy<JsonElement?> _json = new(() => Body.StartsWith('{')
        ? JsonSerializer.Deserialize<JsonElement>(Body)
        : null);

    public JsonElement? Json => _json.Value;

    public string? Error => Member("error");

    public string? AccessToken => Member("access_token");

    public string? RefreshToken => Member("refresh_token");

    public string? Scope => Member("scope");

    public static async Task<Reply> ReadAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            response.Headers,
            response.Content.Headers.ContentType?.ToString(),
            await response.Content.ReadAsStringAsync());

    private string? Member(string name) =>
        Json is { } json && json.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>The requests that apps make.</summary>
public static class Requests
{
    /// <summary>Posts form parameters; those whose value is null are left out.</summary>
    public static async Task<Reply> PostFormAsync(
        this TestServer server, string path, params (string Name, string? Value)[] parameters)
    {
        using var content = new FormUrlEncodedContent(
            parameters.Where(p => p.Value is not null).Select(p => new KeyValuePair<string, string>(p.Name, p.Value!)));
        using var response = await server.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Posts a body as it is, with any headers.</summary>
    public static async Task<Reply> PostRawAsync(
        this TestServer server,
        string path,
        string body,
        string? contentType = "application/x-www-form-urlencoded",
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await server.Http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    /// <summary>
    /// Redeems a code as <paramref name="clientId"/>, with the secret that all confidential test clients have.
    /// </summary>
    public static Task<Reply> RedeemAsync(
        this TestServer server,
        string? code,
        string clientId = TestData.Web,
        string? redirectUri = null,
        string? verifier = AuthorizationAsk.Verifier) =>
        server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
            ("redirect_uri", redirectUri),
            ("client_id", clientId),
            ("client_secret", SecretOf(clientId)));

    /// <summary>Redeems a code as a public client, without a secret.</summary>
    public static Task<Reply> RedeemPublicAsync(
        this TestServer server, string code, string clientId, string? redirectUri = null) => server.PostFormAsync(
        "/oauth/token",
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", AuthorizationAsk.Verifier),
        ("redirect_uri", redirectUri),
        ("client_id", clientId));

    /// <summary>
    /// What the server makes of a client alone: <c>invalid_client</c> when it is unknown, disabled, or its secret
    /// wrong; <c>invalid_grant</c> when only the token is, which is none.
    /// </summary>
    public static Task<Reply> AuthenticateAsync(this TestServer server, string clientId, string? secret) =>
        server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", "no-such-token"),
            ("client_id", clientId),
            ("client_secret", secret));

    /// <summary>Refreshes.</summary>
    public static Task<Reply> RefreshAsync(
        this TestServer server,
        string? refreshToken,
        string clientId = TestData.Web,
        string? scope = null,
        string path = "/oauth/token") =>
        server.PostFormAsync(
            path,
            ("grant_type", "refresh_token"),
            ("refresh_token", refreshToken),
            ("scope", scope),
            ("client_id", clientId),
            ("client_secret", SecretOf(clientId)));

    /// <summary>Revokes.</summary>
    public static Task<Reply> RevokeAsync(
        this TestServer server, string? token, string clientId = TestData.Web, string? hint = null) =>
        server.PostFormAsync(
            "/oauth/revoke",
            ("token", token),
            ("token_type_hint", hint),
            ("client_id", clientId),
            ("client_secret", SecretOf(clientId)));

    /// <summary>A fresh code, by a browser that signs in and agrees.</summary>
    public static async Task<string> CodeAsync(this TestServer server, AuthorizationAsk? ask = null)
    {
        using var browser = new TestBrowser(server);
        return (await browser.AuthorizeAsync(ask ?? new AuthorizationAsk())).Code
            ?? throw new InvalidOperationException("The flow gave no code.");
    }

    /// <summary>Fresh tokens, by the whole flow.</summary>
    public static async Task<Reply> TokensAsync(
        this TestServer server, AuthorizationAsk? ask = null, string clientId = TestData.Web)
    {
        var reply = await server.RedeemAsync(await server.CodeAsync(ask), clientId);
        return reply.Status == HttpStatusCode.OK
            ? reply
            : throw new InvalidOperationException($"The code bought no tokens: {reply.Body}");
    }

    /// <summary>True when the access token or its grant is in the published list of revocations.</summary>
    public static async Task<bool> IsRevokedAsync(this TestServer server, string accessToken)
    {
        var jti = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(accessToken).Id;
        if (Deployment.UnderTest is not null) return await IsListedAsync(server, jti);
        // The list may be a quarter of a second old; what matters is what it says once it has been read anew.
        using var scope = server.Database.DataSource.CreateCommand(
            "SELECT count(*) FROM oauth_revoked_tokens WHERE expires_at > now() AND jti "
                + "IN ($1, split_part($1, '.', 1))");
        scope.Parameters.AddWithValue(jti);
        return (long)(await scope.ExecuteScalarAsync())! > 0;
    }

    // From outside there is the list alone. What it does not say for a second, it does not say.
    private static async Task<bool> IsListedAsync(TestServer server, string jti)
    {
        var asked = Stopwatch.StartNew();
        do
        {
            var list = await server.Http.GetStringAsync(new Uri("/oauth/revocations", UriKind.Relative));
            if (list.Contains($"\"{jti}\"", StringComparison.Ordinal)
                || list.Contains($"\"{jti.Split('.')[0]}\"", StringComparison.Ordinal)) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
        while (asked.Elapsed < TimeSpan.FromSeconds(1));
        return false;
    }

    private static string? SecretOf(string clientId) =>
        clientId is TestData.Spa or TestData.Native ? null : TestData.Secret;
}
