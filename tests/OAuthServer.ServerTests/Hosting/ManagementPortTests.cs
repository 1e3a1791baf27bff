using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>The management port: what answers there, to whom, and what does not answer elsewhere.</summary>
public sealed class ManagementPortTests(AdminServer server) : IClassFixture<AdminServer>
{
    public static TheoryData<string, string> Management => new()
    {
        { "GET", "/admin/api/clients" }, { "POST", "/admin/api/clients" }, { "DELETE", "/admin/api/clients" },
        { "GET", "/admin/api/clients/demo-web" }, { "GET", "/metrics" }, { "GET", "/openapi.json" },
        {
            "GET",
            "/swagger"
        },
        { "GET", "/admin" },
    };

    /// <summary>Whatever name a request calls the server by.</summary>
    [Theory]
    [MemberData(nameof(Management))]
    public async Task Nothing_of_it_answers_at_the_public_port(string method, string path)
    {
        foreach (var host in new[] { null, $"127.0.0.1:{server.Port.BaseAddress!.Port}", "localhost" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Host = host } };
            using var answer = await server.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/authorize")]
    [InlineData("/account/sign-in")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task Nothing_of_the_public_answers_there(string path)
    {
        using var answer = await server.Port.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Probes_answer_there_too(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "10.1.2.3" } };
        using var answer = await server.Port.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("localhost", 401)]
    [InlineData("LOCALHOST:1", 401)]
    [InlineData("[::1]", 401)]
    [InlineData("attacker.example", 421)]
    [InlineData("as.example.test", 421)]
    public async Task It_is_called_by_names_of_its_own(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/api/clients") { Headers = { Host = host } };
        using var answer = await server.Port.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("https://attacker.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://localhost", 401)]
    [InlineData("https://localhost", 403)]
    public async Task No_page_of_another_origin_calls_it(string origin, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/api/clients")
        {
            Headers = { Host = "localhost" },
        };
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var answer = await server.Port.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    /// <summary>The trusted proxy says where the caller is: elsewhere, over http.</summary>
    [Theory]
    [InlineData("http", 400)]
    [InlineData("https", 401)]
    public async Task No_token_is_taken_over_plain_http_from_another_machine(string scheme, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/api/clients")
        {
            Headers = { { "X-Forwarded-For", "192.0.2.7" }, { "X-Forwarded-Proto", scheme } },
        };
        using var answer = await server.Port.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_such_port()
    {
        await using var usual = await TestServer.StartAsync(new() { Database = server.Database });
        Assert.Single(usual.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses);
        using var answer = await usual.Http.GetAsync(
            new Uri("/admin/api/clients", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("Management:Url=ftp://localhost:1")]
    [InlineData("Management:Url=http://localhost:9090/path")]
    [InlineData("Management:Url=nonsense")]
    [InlineData("Management:Metrics=true")]
    [InlineData("Management:LongestSignIn=00:00:01")]
    [InlineData("Management:Hosts:0=https://x")]
    public async Task A_setting_that_cannot_be_meant_stops_the_start(string setting) =>
        Assert.False(await OwnServer.WouldStartAsync(setting));
}
