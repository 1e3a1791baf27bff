using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OAuthServer.Keys;
using OAuthServer.Keys.SecretsManager;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// A Secrets Manager on loopback: speaks JSON 1.1, verifies every signature, keeps versions and labels, and fails as
/// told.
/// </summary>
internal sealed class SecretsManagerServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SigV4 _signature = new("AKIDEMO", "demo-secret-key", "eu-central-1", "secretsmanager");
    private readonly ConcurrentQueue<(int Status, string Code)> _failures = new();
    private int _requests;

    private SecretsManagerServer(TimeProvider clock)
    {
        Secrets = new SecretVersions(clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/", AnswerAsync);
    }

    public SecretVersions Secrets { get; }

    /// <summary>True while nobody is there: every connection breaks.</summary>
    public bool IsAway { get; set; }

    public string Address => _app.Urls.Single();

    public int Requests => _requests;

    /// <summary>
    /// Runs once, before the request of this number is answered, counted from the start of the server.
    /// </summary>
    public (int Request, Action Act)? Meanwhile { get; set; }

    /// <summary>The headers of the last request, signature included.</summary>
    public IReadOnlyDictionary<string, string> LastHeaders { get; private set; } = new Dictionary<string, string>();

    /// <param name="clock">Tells when versions were made; the machine's own when absent.</param>
    public static async Task<SecretsManagerServer> StartAsync(TimeProvider? clock = null)
    {
        var server = new SecretsManagerServer(clock ?? TimeProvider.System);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Stores a server secret under its usual name, as <c>keys generate</c> does.</summary>
    public async Task AddServerSecretAsync()
    {
        using var source = new SecretsManagerServerSecretSource(() => Connect(), "oauth/server-secret");
        Assert.True(await source.AddFirstAsync(ServerSecret.Generate(), TestContext.Current.CancellationToken));
    }

    /// <summary>A client with the right credentials, or with another secret key.</summary>
    public AmazonSecretsManagerClient Connect(string secretKey = "demo-secret-key") => new(
        new BasicAWSCredentials("AKIDEMO", secretKey),
        new AmazonSecretsManagerConfig { ServiceURL = Address, AuthenticationRegion = "eu-central-1" });

    /// <summary>
    /// The settings of a host that keeps its keys here. Its credentials are those that the SDK finds, here in the
    /// environment.
    /// </summary>
    public Dictionary<string, string?> Settings()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIDEMO");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "demo-secret-key");
        return new()
        {
            ["SigningKeys:Source"] = "SecretsManager",
            ["SigningKeys:ServiceUrl"] = Address,
            ["SigningKeys:Region"] = "eu-central-1",
        };
    }

    /// <summary>Answers the next requests with these errors, one each.</summary>
    public void Fail(params (int Status, string Code)[] failures)
    {
        foreach (var failure in failures) _failures.Enqueue(failure);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (IsAway)
        {
            http.Abort();
            return;
        }

        var number = Interlocked.Increment(ref _requests);
        if (Meanwhile is { } meanwhile && meanwhile.Request == number) meanwhile.Act();
        LastHeaders = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var body = buffer.ToArray();
        if (_failures.TryDequeue(out var failure)) await RefuseAsync(http, failure.Status, failure.Code, "As told.");
        else if (_signature.Fault(http.Request, body, TimeProvider.System.GetUtcNow()) is { } fault)
            await RefuseAsync(http, 400, "InvalidSignatureException", fault);
        else if (http.Request.ContentType != "application/x-amz-json-1.1")
            await RefuseAsync(http, 400, "SerializationException", "content type");
        else await OperateAsync(http, body);
    }

    private async Task OperateAsync(HttpContext http, byte[] body)
    {
        var target = http.Request.Headers["X-Amz-Target"].ToString().Split('.');
        try
        {
            using var request = JsonDocument.Parse(body);
            if (target is not ["secretsmanager", var operation])
                throw new ServiceError("UnknownOperationException", "target");
            await WriteAsync(http, 200, Secrets.Answer(operation, request.RootElement));
        }
        catch (ServiceError error)
        {
            await RefuseAsync(http, 400, error.Code, error.Message);
        }
    }

    private static Task RefuseAsync(HttpContext http, int status, string code, string message) =>
        WriteAsync(http, status, new JsonObject { ["__type"] = code, ["Message"] = message });

    private static async Task WriteAsync(HttpContext http, int status, JsonObject answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/x-amz-json-1.1";
        http.Response.Headers["x-amzn-RequestId"] = "demo-request";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()), http.RequestAborted);
    }
}
