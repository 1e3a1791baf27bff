using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
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
            "{\"resource\":\"https://api.example\",\"authorization_servers\":[\"" + api.Issuer.Url
                + "\"],\"scopes_supported\":[\"admin\",\"read\"],\"bearer_methods_supported\":[\"header\"]}",
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
        Assert.Equal(
            ["write"],
            (await Document(api)).GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()));
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
        Assert.Equal(
            HttpStatusCode.MethodNotAllowed, (await api.SendAsync(HttpMethod.Post, WellKnown + "/v1/x", [])).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Head, WellKnown + "/v1/x", [])).Status);
    }

    [Fact]
    [Row("PRM-03")]
    [Row("RS-17")]
    public async Task Every_challenge_leads_to_the_metadata_of_the_resource_that_was_called()
    {
        using var certificate = Certificate();
        await using var api = await TestApi.StartAsync(
            host: builder => builder.WebHost.ConfigureKestrel(
                kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));
        using var client = ClientThatResolvesTo(new Uri(api.Http.BaseAddress!.AbsoluteUri).Port, certificate);
        string?[] credentials =
        [
            null, "Bearer", "Bearer abc", "Bearer " + api.Token(payload => payload["scope"] = "other"),
        ];
        foreach (var credential in credentials)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/read");
            if (credential is not null) request.Headers.TryAddWithoutValidation("Authorization", credential);
            using var refused = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var challenge = Assert.Single(refused.Headers.WwwAuthenticate).Parameter!;
            var address = challenge.Split("resource_metadata=\"")[1].Split('"')[0];
            Assert.StartsWith("https://", address, StringComparison.Ordinal);
            using var document = JsonDocument.Parse(
                await client.GetStringAsync(address, TestContext.Current.CancellationToken));
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

    [Fact]
    [Row("PRM-03")]
    public async Task Without_the_document_no_challenge_names_it()
    {
        await using var api = await TestApi.StartAsync(servesMetadata: false);
        string?[] tokens =
        [
            null,
            "a b",
            "abc",
            api.Token(payload => payload["exp"] = api.Now - 900),
            api.Token(payload => payload["scope"] = "x"),
        ];
        foreach (var token in tokens)
        {
            var refused = await api.GetAsync(token);
            Assert.StartsWith($"Bearer realm=\"{TestApi.Audience}\"", refused.Challenge, StringComparison.Ordinal);
            Assert.DoesNotContain("resource_metadata", refused.Challenge, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Row("PRM-03")]
    public async Task A_document_that_is_mapped_where_nobody_looks_is_not_named()
    {
        await using var api = await TestApi.StartAsync(
            map: app => app.MapGroup("/v1").MapProtectedResourceMetadata(), servesMetadata: false);
        Assert.DoesNotContain("resource_metadata", (await api.GetAsync(null)).Challenge, StringComparison.Ordinal);
    }

    /// <summary>How an API is mounted, what it is called under, and how the request reaches it.</summary>
    [Theory]
    [Row("PRM-02")]
    [Row("PRM-03")]
    [InlineData("", "https://api.example", "/read", "https://api.example/.well-known/oauth-protected-resource")]
    [InlineData(
        "/v1", "https://api.example/v1", "/v1/read", "https://api.example/.well-known/oauth-protected-resource/v1")]
    [InlineData(
        "/v1/x",
        "https://api.example/v1/x",
        "/v1/x/read",
        "https://api.example/.well-known/oauth-protected-resource/v1/x")]
    // a proxy took the path away
    [InlineData("", "https://api.example/v1", "/read", "https://api.example/.well-known/oauth-protected-resource/v1")]
    // and put another one there
    [InlineData(
        "/inside",
        "https://api.example/v1",
        "/inside/read",
        "https://api.example/.well-known/oauth-protected-resource/v1")]
    [InlineData(
        "",
        "https://api.example:8443/a%20b/%7Bc%7D",
        "/read",
        "https://api.example:8443/.well-known/oauth-protected-resource/a%20b/%7Bc%7D")]
    public async Task Wherever_it_is_mounted_the_challenge_leads_to_the_document(
        string pathBase, string resource, string path, string metadata)
    {
        await using var api = await TestApi.StartAsync(options => options.Resource = resource, pathBase: pathBase);
        var address = MetadataOf(await api.GetAsync(null, path));
        Assert.Equal(metadata, address.AbsoluteUri);
        using var document = JsonDocument.Parse((await api.GetAsync(null, address.PathAndQuery)).Body);
        Assert.Equal(resource, document.RootElement.GetProperty("resource").GetString());
        Assert.Equal(["admin", "read"], Scopes(document.RootElement));
    }

    [Theory]
    [Row("PRM-03")]
    [InlineData("/read", "https://api.example", "read")]
    [InlineData("/admin/read", "https://api.example/admin", "admin")]
    [InlineData("/ADMIN/read", "https://api.example/admin", "admin")]
    [InlineData("/files/1", "https://api.example/files", "files")]
    [InlineData("/files/shared/1", "https://api.example/files/shared", "share")]
    [InlineData("/filesystem", "https://api.example", "read")]
    public async Task Of_several_resources_the_challenge_leads_to_the_one_that_was_called(
        string path, string resource, string scope)
    {
        await using var api = await TestApi.StartAsync(options => options.Resource = "https://api.example", map: app =>
        {
            foreach (var more in new[] { "admin", "files", "files/shared" })
                app.MapProtectedResourceMetadata($"https://api.example/{more}");
            app.MapGet("/files/{id}", () => "file").RequireScope("files");
            app.MapGet("/files/shared/{id}", () => "file").RequireScope("share");
            app.MapGet("/filesystem", () => "all").RequireScope("read");
        });
        var address = MetadataOf(await api.GetAsync(null, path));
        using var document = JsonDocument.Parse((await api.GetAsync(null, address.PathAndQuery)).Body);
        Assert.Equal(resource, document.RootElement.GetProperty("resource").GetString());
        Assert.Contains(scope, Scopes(document.RootElement));
        Assert.DoesNotContain(scope == "files" ? "share" : "files", Scopes(document.RootElement));
    }

    [Theory]
    [InlineData("")]
    [InlineData("urn:files")]
    [InlineData("/files")]
    [InlineData("http://api.example/files")]
    [InlineData("https://api.example/files?x=1")]
    public async Task A_resource_that_is_none_is_a_mistake_of_the_programmer(string resource) =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => TestApi.StartAsync(map: app => app.MapProtectedResourceMetadata(resource)));

    [Fact]
    public async Task An_api_that_does_not_say_its_own_url_serves_no_document_in_the_name_of_the_issuer()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestApi.StartAsync(options => options.Audience = options.Issuer));
        Assert.Contains("Resource is missing", fault.Message, StringComparison.Ordinal);
        await using var named = await TestApi.StartAsync(
            options => (options.Audience, options.Resource) = (options.Issuer, "https://api.example"));
        Assert.Equal(
            "https://api.example/.well-known/oauth-protected-resource",
            MetadataOf(await named.GetAsync(null)).AbsoluteUri);
    }

    private static Uri MetadataOf(Reply refused) =>
        new(refused.Challenge.Split("resource_metadata=\"")[1].Split('"')[0]);

    private static IEnumerable<string?> Scopes(JsonElement document) =>
        document.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString());

    private static async Task<JsonElement> Document(TestApi api)
    {
        using var document = JsonDocument.Parse((await api.GetAsync(null, WellKnown + "/v1/x")).Body);
        return document.RootElement.Clone();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=api.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
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
        SslOptions =
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) =>
                presented?.GetCertHashString() == certificate.GetCertHashString(),
        },
    });
}
