using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>RFC 9728: the metadata document, its address, and the way from a challenge to it.</summary>
public sealed class ProtectedResourceTests
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    [Fact]
    [Row("PRM-01")]
    public async Task The_metadata_has_what_a_client_needs_and_nothing_empty()
    {
        await using var api = await TestApi.StartAsync(options => options.Resource = "https://api.example");
        using var response = await api.Http.GetAsync(WellKnown, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
        Assert.Equal(
            $$"""{"resource":"https://api.example","authorization_servers":["{{api.Issuer.Url}}"],"scopes_supported":["admin","read"],"bearer_methods_supported":["header"]}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    [Row("PRM-01")]
    public async Task Offline_access_is_no_scope_of_a_resource()
    {
        await using var api = await TestApi.StartAsync(options =>
        {
            foreach (var scope in new[] { "offline_access", "write", "write" }) options.ScopesSupported.Add(scope);
        });
        Assert.Equal(["write"], (await Document(api)).GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()));
        await using var only = await TestApi.StartAsync(options => options.ScopesSupported.Add("offline_access"));
        Assert.False((await Document(only)).TryGetProperty("scopes_supported", out _));
    }

    [Fact]
    [Row("PRM-02")]
    public async Task A_resource_with_a_path_has_its_metadata_by_path_insertion_only()
    {
        await using var api = await TestApi.StartAsync();
        Assert.Equal(TestApi.Audience, (await Document(api)).GetProperty("resource").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(null, WellKnown)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(null, "/v1/x" + WellKnown)).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await api.SendAsync(HttpMethod.Post, WellKnown + "/v1/x", [])).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Head, WellKnown + "/v1/x", [])).Status);
    }

    [Fact]
    [Row("PRM-03")]
    [Row("RS-17")]
    public async Task Every_challenge_leads_to_the_metadata_of_the_resource_that_was_called()
    {
        using var certificate = Certificate();
        await using var api = await TestApi.StartAsync(
            host: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));
        using var client = ClientThatResolvesTo(new Uri(api.Http.BaseAddress!.AbsoluteUri).Port, certificate);
        string?[] credentials = [null, "Bearer", "Bearer abc", "Bearer " + api.Token(payload => payload["scope"] = "other")];
        foreach (var credential in credentials)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/read");
            if (credential is not null) request.Headers.TryAddWithoutValidation("Authorization", credential);
            using var refused = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var challenge = Assert.Single(refused.Headers.WwwAuthenticate).Parameter!;
            var address = challenge.Split("resource_metadata=\"")[1].Split('"')[0];
            Assert.StartsWith("https://", address, StringComparison.Ordinal);
            using var document = JsonDocument.Parse(await client.GetStringAsync(address, TestContext.Current.CancellationToken));
            Assert.Equal(TestApi.Audience, document.RootElement.GetProperty("resource").GetString());
        }
    }

    [Fact]
    [Row("PRM-03")]
    public async Task No_header_of_the_request_changes_the_challenge()
    {
        await using var api = await TestApi.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/read");
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        using var response = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("evil", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains(TestApi.MetadataAddress, response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Row("RS-17")]
    public async Task Beside_a_cookie_login_the_api_still_answers_with_a_challenge()
    {
        await using var api = await TestApi.StartAsync(
            host: builder => builder.Services.AddAuthentication("Cookies").AddCookie("Cookies"));
        Expect.MissingToken(await api.GetAsync(null));
        Expect.InvalidToken(await api.GetAsync("abc"));
        Expect.InvalidRequest(await api.GetAsync("a b"));
        Expect.InsufficientScope(await api.GetAsync(api.Token(payload => payload["scope"] = "x")), "read");
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    private static async Task<JsonElement> Document(TestApi api)
    {
        using var document = JsonDocument.Parse((await api.GetAsync(null, WellKnown + "/v1/x")).Body);
        return document.RootElement.Clone();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=api.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static HttpClient ClientThatResolvesTo(int port, X509Certificate2 certificate) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        },
        SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString() },
    });
}
