using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>The library for APIs and the server, each as it is, with nothing between them but HTTP.</summary>
public sealed class BearerLibraryTests : IAsyncLifetime
{
    private const string Files = "https://files.example";
    private const string Mail = "https://mail.example";
    private const string Service = "service";
    private const string Api = "files-api";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private TestServer _server = null!;
    private string _issuer = "";

    /// <summary>How an API learns that a token was revoked.</summary>
    public enum Learns
    {
        Never,
        FromTheList,
        ByAsking,
    }

    public async ValueTask InitializeAsync()
    {
        _issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPort.Free()}");
        _server = await TestServer.StartAsync(new()
        {
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = _issuer, ["urls"] = _issuer },
        });
        foreach (var client in (string[])[Service, Api])
        {
            await _server.Database.ExecuteAsync(
                """
                INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, grant_types)
                VALUES ($1, $2, $1, '{}', '{files:read,files:write,mail:read}', '{client_credentials}')
                """,
                client, TestData.SecretHash);
        }

        await _server.AddApiAsync(Mail, """{"mail:read": "See your mail"}""", Service);
        await _server.AddApiAsync(Files, """{"files:read": "See your files", "files:write": "Write files"}""", Service);
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET introspection_clients = $1", (object)new[] { Api });
        await Eventually.BecomesTrue(
            async () => (await AskAsync(Files, "files:read")).Status == HttpStatusCode.OK
                && (await IntrospectAsync((await AskAsync(Files, "files:read")).AccessToken!))
                    .Contains("true", StringComparison.Ordinal),
            Patience, "the service and the API are heard of");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(Learns.Never)]
    [InlineData(Learns.FromTheList)]
    [InlineData(Learns.ByAsking)]
    public async Task A_token_for_the_API_with_the_scope_is_accepted_and_every_other_is_not(Learns how)
    {
        await using var api = await StartAsync(how);

        Assert.Equal((HttpStatusCode.Unauthorized, null), await CallAsync(api, null));
        Assert.Equal((HttpStatusCode.OK, null), await CallAsync(api, await TokenAsync(Files, "files:read")));
        Assert.Equal(
            (HttpStatusCode.OK, null), await CallAsync(api, await TokenAsync(Files, "files:read files:write")));
        Assert.Equal(
            (HttpStatusCode.Forbidden, "insufficient_scope"),
            await CallAsync(api, await TokenAsync(Files, "files:write")));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "invalid_token"), await CallAsync(api, await TokenAsync(Mail, "mail:read")));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, "invalid_token"),
            await CallAsync(api, (await TokenAsync(Files, "files:read"))[..^4] + "AAAA"));
    }

    [Theory]
    [InlineData(Learns.FromTheList)]
    [InlineData(Learns.ByAsking)]
    public async Task A_revoked_token_is_refused_and_another_one_is_not(Learns how)
    {
        await using var api = await StartAsync(how);
        var (first, second) = (await TokenAsync(Files, "files:read"), await TokenAsync(Files, "files:read"));
        Assert.Equal((HttpStatusCode.OK, null), await CallAsync(api, first));

        Assert.Equal(HttpStatusCode.OK, (await _server.RevokeAsync(first, Service)).Status);

        await Eventually.BecomesTrue(
            async () => await CallAsync(api, first) == (HttpStatusCode.Unauthorized, "invalid_token"),
            Patience,
            "it is refused");
        Assert.Equal((HttpStatusCode.OK, null), await CallAsync(api, second));
    }

    [Theory]
    [InlineData(Learns.FromTheList)]
    [InlineData(Learns.ByAsking)]
    public async Task A_disabled_service_has_no_token_that_counts(Learns how)
    {
        await using var api = await StartAsync(how);
        var token = await TokenAsync(Files, "files:read");
        Assert.Equal((HttpStatusCode.OK, null), await CallAsync(api, token));

        await _server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", Service);

        await Eventually.BecomesTrue(
            async () => await CallAsync(api, token) == (HttpStatusCode.Unauthorized, "invalid_token"),
            Patience,
            "it is refused");
    }

    [Fact]
    public async Task Who_only_looks_at_the_token_accepts_it_until_it_expires()
    {
        await using var api = await StartAsync(Learns.Never);
        var token = await TokenAsync(Files, "files:read");

        Assert.Equal(HttpStatusCode.OK, (await _server.RevokeAsync(token, Service)).Status);

        Assert.Equal((HttpStatusCode.OK, null), await CallAsync(api, token));
    }

    private async Task<WebApplication> StartAsync(Learns how)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOAuthBearer(o =>
        {
            (o.Issuer, o.Audience) = (_issuer, Files);
            o.RevocationCheck = how == Learns.FromTheList;
            o.RevocationCheckInterval = TimeSpan.FromMilliseconds(100);
            if (how == Learns.ByAsking) o.Introspection = new() { ClientId = Api, ClientSecret = TestData.Secret };
        });
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.MapGet("/files", () => "yours").RequireScope("files:read");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    // The status, and the error that the challenge names.
    private static async Task<(HttpStatusCode Status, string? Error)> CallAsync(WebApplication api, string? token)
    {
        using var http = new HttpClient { BaseAddress = new Uri(api.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/files", UriKind.Relative));
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request);
        var challenge = answer.Headers.WwwAuthenticate.ToString();
        return (answer.StatusCode, challenge.Split("error=\"") is [_, var error, ..] ? error.Split('"')[0] : null);
    }

    private async Task<string> TokenAsync(string resource, string scope) =>
        (await AskAsync(resource, scope)).AccessToken!;

    private Task<Reply> AskAsync(string resource, string scope) => _server.PostFormAsync(
        "/oauth/token",
        ("grant_type", "client_credentials"), ("resource", resource), ("scope", scope),
        ("client_id", Service), ("client_secret", TestData.Secret));

    private async Task<string> IntrospectAsync(string token) => (await _server.PostFormAsync(
        "/oauth/introspect", ("token", token), ("client_id", Api), ("client_secret", TestData.Secret))).Body;
}
