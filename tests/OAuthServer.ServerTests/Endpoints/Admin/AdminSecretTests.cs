using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>A server with a management port whose log is kept.</summary>
public sealed class LoggedAdminServer : AdminServer
{
    public CollectedLog Log { get; } = new();

    protected override TestServerOptions Options => base.Options with
    {
        Services = services => services.AddSingleton<ILogEventSink>(Log),
        Settings = base.Options.Settings.Concat(CollectedLog.MostVerbose).ToDictionary(),
    };
}

/// <summary>Secrets that the admin API makes.</summary>
public sealed class AdminSecretTests(LoggedAdminServer server) : IClassFixture<LoggedAdminServer>
{
    private const string Clients = "/admin/api/clients";

    [Fact]
    [Row("ADM-05")]
    public async Task A_secret_is_shown_once()
    {
        var made = await server.CallAsync($"POST {Clients}", Body("secretive"));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        Assert.True(made.Message.Headers.CacheControl!.NoStore);
        var first = made.Json!.Value.GetProperty("client_secret").GetString()!;
        Assert.Equal(HttpStatusCode.OK, await RevokeAsync(server.Server, "secretive", first));

        var rotated = await server.CallAsync($"POST {Clients}/secretive/rotate-secret?keep_old=3600");
        Assert.True(rotated.Message.Headers.CacheControl!.NoStore);
        var second = rotated.Json!.Value.GetProperty("client_secret").GetString()!;
        Assert.NotEqual(first, second);
        await Eventually.BecomesTrue(
            async () => await RevokeAsync(server.Server, "secretive", second) == HttpStatusCode.OK,
            TimeSpan.FromSeconds(10),
            "the new secret works");
        Assert.Equal(HttpStatusCode.OK, await RevokeAsync(server.Server, "secretive", first));

        var read = await server.CallAsync($"GET {Clients}/secretive");
        var listed = await server.CallAsync($"GET {Clients}?limit=200");
        var changed = await server.CallAsync($"PUT {Clients}/secretive", Body("secretive", "Another"), tag: read.Tag);
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        var audit = await server.Database.ScalarAsync<string>(
            "SELECT string_agg(e::text, ' ') FROM oauth_audit_events AS e");
        var log = string.Join('\n', server.Log.Events);
        var hashes = await server.Database.QueryAsync(
            "SELECT client_secret, next_client_secret FROM oauth_clients WHERE client_id = 'secretive'");
        string[] secrets = [first, second, .. hashes[0].Values.OfType<string>()];
        Assert.Equal(4, secrets.Length);
        Assert.All(
            [read.Body, listed.Body, changed.Body, audit!, log],
            text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.DoesNotContain("$2", read.Body + listed.Body + rotated.Body + audit, StringComparison.Ordinal);
    }

    private static object Body(string id, string name = "Secretive") =>
        new
        {
            client_id = id,
            name,
            redirect_uris = new[] { "https://s.example/cb" },
            allowed_scopes = new[] { "read" },
        };

    private static async Task<HttpStatusCode> RevokeAsync(TestServer at, string id, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/revoke")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = "unknown" }),
            Headers =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{id}:{secret}"))),
            },
        };
        using var answer = await at.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
