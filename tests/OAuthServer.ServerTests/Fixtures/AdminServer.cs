using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>An answer of the admin API.</summary>
internal sealed record AdminReply(HttpStatusCode Status, JsonElement? Json, HttpResponseMessage Message, string Body)
{
    public string? Error => Json?.TryGetProperty("error", out var error) == true ? error.GetString() : null;

    public string? Tag => Message.Headers.ETag?.Tag;

    public string? Challenge => Message.Headers.WwwAuthenticate.SingleOrDefault()?.ToString();

    /// <summary>The members and rules that a refusal names.</summary>
    public IReadOnlyList<string?> Named => Json?.TryGetProperty("faults", out var faults) != true
        ? []
        :
        [
            .. faults.EnumerateArray().Select(fault =>
                (fault.TryGetProperty("member", out var name) ? name : fault.GetProperty("rule")).GetString()),
        ];
}

/// <summary>A server with a management port, and a client that administers by itself.</summary>
public class AdminServer : OwnServer
{
    public const string Admin = "ops-console";

    /// <summary>Beside every other scope of the admin API.</summary>
    public const string Scopes = "admin.clients.read admin.clients.write";

    private HttpClient? _port;

    /// <summary>The management port, called by this machine.</summary>
    public HttpClient Port =>
        _port ?? throw new InvalidOperationException($"There is no port beside {Server.Address}.");

    /// <summary>What tokens of the admin API are for.</summary>
    public static string Audience => $"{TestServer.Issuer}/admin/api";

    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    protected override TestServerOptions Options => new()
    {
        Settings = new Dictionary<string, string?>(Settings)
        {
            ["Management:Url"] = "http://127.0.0.1:0",
            ["RateLimiting:Admin:PermitLimit"] = "1000000",
        },
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (!IsRun) return;
        _port = PortOf(Server);
        await AddAdminAsync(Admin, TestData.WebRedirectUri);
    }

    /// <summary>A client of the management port of a server.</summary>
    public static HttpClient PortOf(TestServer server)
    {
        var addresses = server.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses;
        return new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(addresses.Last()),
        };
    }

    /// <summary>A client that may administer, by itself and for people.</summary>
    public Task AddAdminAsync(string clientId, string redirectUri, string scopes = "") => Database.ExecuteAsync(
        """
        INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, grant_types,
            may_administer)
        VALUES ($1, $2, $1, ARRAY[$3], string_to_array($4, ' '),
            '{authorization_code,refresh_token,client_credentials}', true)
        """,
        clientId, TestData.SecretHash, redirectUri,
        scopes.Length > 0 ? scopes : string.Join(' ', OAuthServer.Protocol.AdminScopes.All));

    /// <summary>A token of a client itself.</summary>
    public async Task<string> TokenAsync(string scope = Scopes, string clientId = Admin)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = scope,
            ["resource"] = Audience,
            ["client_id"] = clientId,
            ["client_secret"] = TestData.Secret,
        };
        using var body = new FormUrlEncodedContent(form);
        using var answer = await Server.Http.PostAsync(new Uri("/oauth/token", UriKind.Relative), body);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json.GetProperty("access_token").GetString()!;
    }

    /// <summary>A call, by a token that may do everything with clients unless another is given.</summary>
    internal async Task<AdminReply> CallAsync(
        string call, object? body = null, string? token = null, string? tag = null, HttpClient? port = null)
    {
        var (method, path) = (call.Split(' ')[0], call.Split(' ')[1]);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        token ??= await TokenAsync();
        if (token.Length > 0) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (tag is not null) request.Headers.TryAddWithoutValidation("If-Match", tag);
        if (body is not null)
        {
            var json = body as string ?? JsonSerializer.Serialize(body);
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        var answer = await (port ?? Port).SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var isJson = answer.Content.Headers.ContentType?.MediaType == "application/json";
        return new AdminReply(
            answer.StatusCode, isJson ? JsonDocument.Parse(text).RootElement : null, answer, text);
    }

    public override async ValueTask DisposeAsync()
    {
        _port?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
