using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>The description of the admin API and the running server, in both directions.</summary>
public sealed class AdminDescriptionTests(AdminServer server) : IClassFixture<AdminServer>
{
    private const string Description = "/admin/api/openapi.json";

    private static string EveryScope => string.Join(' ', AdminScopes.All);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_is_what_the_server_says()
    {
        var text = await server.Port.GetStringAsync(new Uri(Description, UriKind.Relative), Ct);
        var read = OpenApiDocument.Parse(text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.StartsWith(
            "3.1", JsonDocument.Parse(text).RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        // Of an instance it has the issuer alone.
        var page = text.ReplaceLineEndings("\n")
            .Replace(TestServer.Issuer, "https://login.example.com", StringComparison.Ordinal);
        WrittenPage.AssertIs("docs/admin-api.json", page.TrimEnd() + "\n");
    }

    /// <summary>Whatever is switched on.</summary>
    [Theory]
    [InlineData("/openapi.json"), InlineData("/openapi/v1.json"), InlineData("/swagger"), InlineData(
        "/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json"), InlineData(Description)]
    [Row("OPS-07")]
    public async Task It_is_not_public(string path)
    {
        using var answer = await server.Server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    [Row("OPS-07")]
    public async Task Every_route_is_described_with_its_parameters_and_its_scope()
    {
        var api = await ApiAsync();
        var routes = server.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.RoutePattern.RawText!.StartsWith("/admin/api/", StringComparison.Ordinal)
                && route.RoutePattern.RawText != Description)
            .ToDictionary(
                route =>
                    $"{route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single()} "
                        + $"{route.RoutePattern.RawText!.TrimEnd('/')}",
                route =>
                    (
                        Scope: route.Metadata.GetMetadata<IAuthorizeData>()!.Policy!,
                        Names: route.RoutePattern.Parameters.Select(part => part.Name)));
        Assert.Equal(
            routes.Keys.Order(StringComparer.Ordinal),
            api.Calls.Select(call => call.ToString()).Order(StringComparer.Ordinal));
        var granted = api.Document.GetProperty("components")
            .GetProperty("securitySchemes")
            .GetProperty("operator")
            .GetProperty("flows")
                .GetProperty("clientCredentials").GetProperty("scopes").EnumerateObject().Select(scope => scope.Name);
        Assert.Equal(AdminScopes.All.Order(StringComparer.Ordinal), granted.Order(StringComparer.Ordinal));
        foreach (var call in api.Calls)
        {
            var (scope, names) = routes[call.ToString()];
            Assert.Equal(scope, call.Scope);
            var inPath = call.Parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").ToList();
            Assert.Equal(names, inPath.Select(parameter => parameter.GetProperty("name").GetString()));
            Assert.All(inPath, parameter => Assert.True(parameter.GetProperty("required").GetBoolean()));
        }
    }

    /// <summary>
    /// Every status that it names is given, every answer is of its schema, and no other is found on the way.
    /// </summary>
    [Fact]
    [Row("OPS-07")]
    public async Task Every_status_is_one_that_the_server_gives()
    {
        var api = await ApiAsync();
        var seen = api.Calls.ToDictionary(call => call.Id, _ => new SortedSet<int>());
        var token = await server.TokenAsync(EveryScope);
        await using var limited = await LimitedAsync();
        var gone = await GoneAsync();
        await using var _ = gone.Server;
        using var limitedPort = AdminServer.PortOf(limited);
        using var gonePort = AdminServer.PortOf(gone.Server);
        await SendAsync(limitedPort, new("GET", "/admin/api/keys"));
        foreach (var call in api.Calls)
        {
            var sent = new Sent(
                call.Method,
                call.Path.Replace("{", "x", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
            var other = AdminScopes.All.First(scope => scope != call.Scope);
            await SeenAsync(call, 401, server.Port, sent);
            await SeenAsync(call, 403, server.Port, sent with { Token = await server.TokenAsync(other) });
            await SeenAsync(call, 421, server.Port, sent with { Host = "elsewhere.example" });
            await SeenAsync(call, 400, server.Port, sent with { Token = token, FromAfar = true });
            await SeenAsync(call, 429, limitedPort, sent);
            await SeenAsync(call, 503, gonePort, sent with { Token = gone.Token });
        }

        foreach (var (id, status, sent) in await AdminTries.AllAsync(server))
            await SeenAsync(api.Calls.Single(call => call.Id == id), status, server.Port, sent with { Token = token });
        foreach (var call in api.Calls)
            Assert.Equal(
                call.Statuses.Select(status => $"{call.Id} {status}"),
                seen[call.Id].Select(status => $"{call.Id} {status}"));

        async Task SeenAsync(DescribedCall call, int status, HttpClient port, Sent sent)
        {
            var reply = await SendAsync(port, sent);
            Assert.True((int)reply.Status == status, $"{call.Id} {status}: {(int)reply.Status} {reply.Body}");
            Assert.Empty(api.Differences(reply.Json!.Value, api.SchemaOf(call, status))
                .Select(difference => $"{call.Id} {status}: {difference}"));
            var described = api.AnswerOf(call, status).GetProperty("headers").EnumerateObject();
            Assert.All(described.Where(header => header.Name is not "WWW-Authenticate"), header =>
                Assert.True(reply.Message.Headers.Contains(header.Name), $"{call.Id} {status} {header.Name}"));
            seen[call.Id].Add(status);
        }
    }

    /// <summary>A value of another kind than the document says is refused, and one of its kind is looked at.</summary>
    [Fact]
    [Row("OPS-07")]
    public async Task Parameters_are_what_the_server_reads()
    {
        var token = await server.TokenAsync(EveryScope);
        foreach (var call in (await ApiAsync()).Calls)
        {
            var path = call.Path.Replace("{client_id}", "demo-web", StringComparison.Ordinal);
            var asked = call.Parameters.Where(parameter => parameter.GetProperty("in").GetString() == "query").ToList();
            if (asked.Count == 0) continue;
            Assert.Equal(400, await StatusAsync(new(call.Method, $"{path}?colour=red")));
            foreach (var parameter in asked)
            {
                var name = parameter.GetProperty("name").GetString()!;
                var schema = parameter.GetProperty("schema");
                foreach (var bad in Bad(schema))
                    Assert.True(
                        await StatusAsync(new(call.Method, $"{path}?{name}={bad}")) == 400, $"{call.Id} {name}={bad}");
                if (call.Method == "GET")
                    Assert.True(
                        await StatusAsync(new(call.Method, $"{path}?{name}={Good(schema)}")) is 200 or 404,
                        $"{call.Id} {name}");
            }
        }

        async Task<int> StatusAsync(Sent sent) =>
            (int)(await SendAsync(server.Port, sent with { Token = token })).Status;
    }

    private static IEnumerable<string> Bad(JsonElement schema) =>
        (schema.GetProperty("type").GetString(), Format(schema)) switch
        {
            ("integer", _) =>
                [
                    "x",
                    $"{schema.GetProperty("minimum").GetInt64() - 1}",
                    $"{schema.GetProperty("maximum").GetInt64() + 1}",
                ],
            ("boolean", _) => ["maybe", "1"],
            (_, "uuid") => ["x"],
            (_, "date-time") => ["yesterday"],
            _ => ["%00"],
        };

    private static string Good(JsonElement schema) => (schema.GetProperty("type").GetString(), Format(schema)) switch
    {
        ("integer", _) => $"{schema.GetProperty("maximum").GetInt64()}",
        ("boolean", _) => "true",
        (_, "uuid") => $"{Guid.NewGuid()}",
        (_, "date-time") => "2026-01-01T00:00:00Z",
        _ => "x",
    };

    private static string? Format(JsonElement schema) =>
        schema.TryGetProperty("format", out var format) ? format.GetString() : null;

    /// <summary>
    /// As strict as the document says: kinds of members, which must be there, which may be null, and no other.
    /// </summary>
    [Fact]
    [Row("OPS-07")]
    public async Task Bodies_are_what_strict_JSON_takes()
    {
        var api = await ApiAsync();
        var token = await server.TokenAsync(EveryScope);
        var person = await server.Database.ScalarAsync<Guid>("SELECT id FROM accounts LIMIT 1");
        foreach (var call in api.Calls.Where(call => call.Body is not null))
        {
            var schema = api.Resolve(call.Body!.Value);
            var path = call.Path.Replace("{client_id}", "demo-native", StringComparison.Ordinal)
                .Replace("{account_id}", $"{person}", StringComparison.Ordinal);
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
            var required = schema.TryGetProperty("required", out var names)
                ? names.EnumerateArray().Select(name => name.GetString()!).ToList()
                : [];
            Assert.Equal(
                required.Count > 0,
                call.Operation.GetProperty("requestBody").TryGetProperty("required", out var needed)
                    && needed.GetBoolean());
            var properties = schema.GetProperty("properties").EnumerateObject().ToList();
            // Whatever else is wrong, nothing is stored.
            Assert.Equal(
                required.Append("colour").Order(), (await ProblemsAsync("""{"colour": "red"}""")).Keys.Order());
            foreach (var property in properties)
            {
                var types = DescribedApi.Types(api.Resolve(property.Value).GetProperty("type")).ToList();
                foreach (var (kind, json) in Kinds)
                {
                    var problems = await ProblemsAsync($$"""{"colour": "red", "{{property.Name}}": {{json}}}""");
                    var said = problems.GetValueOrDefault(property.Name);
                    var isRefused = said?.StartsWith("must be", StringComparison.Ordinal) == true;
                    Assert.True(
                        types.Contains(kind) != isRefused || IsText(property.Value, kind),
                        $"{call.Id} {property.Name} {kind}: {said}");
                }

                var twice = await ProblemsAsync(
                    $$"""{"colour": "red", "{{property.Name}}": null, "{{property.Name}}": null}""");
                Assert.Contains(property.Name, twice.Keys);
            }

            async Task<Dictionary<string, string>> ProblemsAsync(string body)
            {
                var reply = await SendAsync(server.Port, new(call.Method, path)
                {
                    Body = body,
                    Tag = "*",
                    Token = token,
                });
                Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
                return reply.Json!.Value.GetProperty("faults")
                    .EnumerateArray()
                    .GroupBy(fault => fault.GetProperty("member").GetString()!)
                        .ToDictionary(fault => fault.Key, fault => fault.Last().GetProperty("problem").GetString()!);
            }
        }
    }

    private static readonly Dictionary<string, string> Kinds = new()
    {
        ["string"] = "\"x\"",
        ["boolean"] = "true",
        ["integer"] = "1",
        ["array"] = "[\"x\"]",
        ["object"] = "{\"x\": 1}",
        ["null"] = "null",
    };

    // A uuid is a text, and not every text is one.
    private static bool IsText(JsonElement schema, string kind) => kind == "string" && Format(schema) == "uuid";

    private async Task<DescribedApi> ApiAsync() =>
        new(
            JsonDocument.Parse(
                await server.Port.GetStringAsync(new Uri(Description, UriKind.Relative), Ct)).RootElement);

    private Task<TestServer> LimitedAsync() => TestServer.StartAsync(new()
    {
        Database = server.Database,
        Settings = new Dictionary<string, string?>
        {
            ["Management:Url"] = "http://127.0.0.1:0",
            ["RateLimiting:Admin:PermitLimit"] = "1",
        },
    });

    // A server whose database is gone, and a token from before.
    private static async Task<(TestServer Server, string Token)> GoneAsync()
    {
        var lost = new LostServer();
        await lost.InitializeAsync();
        var token = await lost.TokenAsync(EveryScope);
        await lost.Database.DisposeAsync();
        return (lost.Server, token);
    }

    private static async Task<AdminReply> SendAsync(HttpClient port, Sent sent)
    {
        using var request = new HttpRequestMessage(new HttpMethod(sent.Method), sent.Path);
        if (sent.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (sent.Tag is { } tag) request.Headers.TryAddWithoutValidation("If-Match", tag);
        if (sent.Host is { } host) request.Headers.Host = host;
        if (sent.FromAfar) request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        if (sent.FromAfar) request.Headers.Add("X-Forwarded-Proto", "http");
        if (sent.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, sent.Type);
        var answer = await port.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        return new AdminReply(answer.StatusCode, JsonDocument.Parse(text).RootElement, answer, text);
    }

    private sealed class LostServer : AdminServer;
}

/// <summary>A request of a test.</summary>
internal sealed record Sent(string Method, string Path)
{
    public string? Token { get; init; }

    public string? Tag { get; init; }

    public string? Host { get; init; }

    public bool FromAfar { get; init; }

    public string? Body { get; init; }

    public string Type { get; init; } = "application/json";
}
