using System.Net;
using System.Text;
using OAuthServer.Keys.SecretsManager;

namespace OAuthServer.ServerTests.Keys.SecretsManager;

public sealed class SecretsManagerClientTests : IAsyncLifetime
{
    private SecretsManagerServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await SecretsManagerServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_operation_is_signed_and_understood()
    {
        using var client = _server.Connect();
        var created = await client.CreateSecretAsync(
            new CreateSecretRequest
            {
                Name = "demo",
                SecretString = "ünö \"1\"",
                ClientRequestToken = new string('a', 32),
                Description = "d",
            }, Cancel);
        var put = await client.PutSecretValueAsync(
            new PutSecretValueRequest
            {
                SecretId = "demo",
                SecretString = "two",
                ClientRequestToken = new string('b', 32),
                VersionStages = ["AWSPENDING"],
            }, Cancel);
        Assert.Equal(["AWSCURRENT", "AWSPENDING"], _server.Secrets.Labels("demo"));

        await client.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest
            {
                SecretId = "demo",
                VersionStage = "AWSCURRENT",
                RemoveFromVersionId = created.VersionId,
                MoveToVersionId = put.VersionId,
            },
            Cancel);

        Assert.Equal("two", (await GetAsync(client, null)).SecretString);
        var previous = await GetAsync(client, "AWSPREVIOUS");
        Assert.Equal("ünö \"1\"", previous.SecretString);
        Assert.Equal(created.VersionId, previous.VersionId);
        Assert.InRange(
            previous.CreatedDate!.Value,
            TimeProvider.System.GetUtcNow().AddMinutes(-1),
            TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_body_that_was_changed_on_the_way_is_refused()
    {
        using var client = _server.Connect();
        await Assert.ThrowsAsync<ResourceNotFoundException>(() => GetAsync(client, null));
        var signed = _server.LastHeaders;

        Assert.Contains(
            "ResourceNotFoundException", await SendAsync(signed, """{"SecretId":"demo"}"""), StringComparison.Ordinal);
        Assert.Contains(
            "InvalidSignatureException", await SendAsync(signed, """{"SecretId":"other"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_key_is_refused()
    {
        using var client = _server.Connect(secretKey: "another-demo-key");

        var refused = await Assert.ThrowsAsync<AmazonSecretsManagerException>(() => GetAsync(client, null));

        Assert.Equal("InvalidSignatureException", refused.ErrorCode);
    }

    [Fact]
    public async Task Errors_have_the_types_of_the_service()
    {
        using var client = _server.Connect();
        var unknown = await Assert.ThrowsAsync<ResourceNotFoundException>(() => GetAsync(client, null));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal("demo-request", unknown.RequestId);

        var create = new CreateSecretRequest
        {
            Name = "demo",
            SecretString = "1",
            ClientRequestToken = new string('a', 32),
        };
        await client.CreateSecretAsync(create, Cancel);
        await Assert.ThrowsAsync<ResourceExistsException>(() => client.CreateSecretAsync(create, Cancel));
        _server.Fail((400, "InvalidRequestException"));
        await Assert.ThrowsAsync<AmazonSecretsManagerException>(() => GetAsync(client, null));
        var tooShort = await Assert.ThrowsAsync<AmazonSecretsManagerException>(() => client.CreateSecretAsync(
            new CreateSecretRequest { Name = "other", SecretString = "1", ClientRequestToken = "short" }, Cancel));
        Assert.Equal("InvalidParameterException", tooShort.ErrorCode);
    }

    [Theory]
    [InlineData(400, "ThrottlingException")]
    [InlineData(500, "InternalServiceError")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task A_passing_error_is_retried(int status, string code)
    {
        using var client = _server.Connect();
        await client.CreateSecretAsync(
            new CreateSecretRequest { Name = "demo", SecretString = "1", ClientRequestToken = new string('a', 32) },
            Cancel);
        _server.Fail((status, code), (status, code));

        Assert.Equal("1", (await GetAsync(client, null)).SecretString);
        Assert.Equal(4, _server.Requests);
    }

    [Fact]
    public async Task An_error_that_stays_is_reported_after_the_retries()
    {
        using var client = _server.Connect();
        _server.Fail([.. Enumerable.Repeat((500, "InternalServiceError"), 10)]);

        var failed = await Assert.ThrowsAsync<AmazonSecretsManagerException>(() => GetAsync(client, null));

        Assert.Equal("InternalServiceError", failed.ErrorCode);
        Assert.Equal(3, _server.Requests);
    }

    [Fact]
    public void Requests_and_answers_print_no_secret()
    {
        object[] holders =
        [
            new GetSecretValueResponse { SecretString = "demo-secret" },
            new PutSecretValueRequest
            {
                SecretId = "i",
                SecretString = "demo-secret",
                ClientRequestToken = "t",
                VersionStages = [],
            },
            new CreateSecretRequest { Name = "n", SecretString = "demo-secret", ClientRequestToken = "t" },
        ];

        Assert.All(
            holders, holder => Assert.DoesNotContain("demo-secret", holder.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("eu-central-1", "https://secretsmanager.eu-central-1.amazonaws.com")]
    [InlineData("cn-north-1", "https://secretsmanager.cn-north-1.amazonaws.com.cn")]
    public void The_address_is_that_of_the_region(string region, string address) =>
        Assert.Equal(
            address,
            new AmazonSecretsManagerConfig { RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region) }
                .Address());

    private static Task<GetSecretValueResponse> GetAsync(AmazonSecretsManagerClient client, string? label) =>
        client.GetSecretValueAsync(new GetSecretValueRequest { SecretId = "demo", VersionStage = label }, Cancel);

    private async Task<string> SendAsync(IReadOnlyDictionary<string, string> headers, string body)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _server.Address);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in headers)
        {
            if (name is "Content-Length") continue;
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request, Cancel);
        return await response.Content.ReadAsStringAsync(Cancel);
    }
}
