using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OAuthServer.Accounts;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>
/// Keys of cookies that cannot be read make nobody a stranger: who is signed in stays so, or is told 503.
/// </summary>
public sealed class SessionKeyOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = KeyFolder.Create();
    private TestServer _server = null!;
    private TestBrowser _browser = null!;

    private static AuthorizationAsk Silent => new AuthorizationAsk().With("prompt", "none");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync(_folder);
        _browser = new TestBrowser(_server);
        await _browser.SignInAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_look_for_new_keys_that_fails_ends_no_session()
    {
        Assert.NotNull((await _browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var keys = _server.Services.GetRequiredService<SessionKeyManager>();
        await using (await LockAsync())
        {
            // The next cookie is when the framework looks.
            keys.Changed();
            await Eventually.BecomesTrue(
                async () =>
                {
                    Assert.NotNull((await _browser.AuthorizeAsync(Silent)).Code);
                    return keys.IsBehind;
                },
                Patience,
                "the look fails");
            for (var request = 0; request < 3; request++)
                Assert.NotNull((await _browser.AuthorizeAsync(Silent)).Code);
        }

        await Eventually.BecomesTrue(
            async () =>
            {
                Assert.NotNull((await _browser.AuthorizeAsync(Silent)).Code);
                return !keys.IsBehind;
            },
            Patience,
            "it looks again when the store answers");
    }

    [Fact]
    public async Task An_instance_that_has_not_read_the_keys_yet_answers_503_and_then_knows_everybody()
    {
        await using var held = await LockAsync();
        await using var other = await StartAsync(_folder, _server.Database, awaitReady: false);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(other, "/account/connections"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(other, new AuthorizationAsk().Path));
        await held.DisposeAsync();

        await Eventually.BecomesTrue(
            async () => await StatusAsync(other, "/account/connections") == HttpStatusCode.OK,
            Patience,
            "Alice is known");
    }

    [Fact]
    public async Task An_instance_that_has_to_make_a_key_and_cannot_answers_503_and_then_knows_everybody()
    {
        await _server.Database.ExecuteAsync(
            "UPDATE data_protection_keys SET xml = regexp_replace(xml, '(<expirationDate>)20[0-9]+', '\\12001')");
        await using var held = await LockAsync("SHARE");
        await using var other = await StartAsync(_folder, _server.Database);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(other, "/account/connections"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(other, Silent.Path));
        await held.DisposeAsync();

        await Eventually.BecomesTrue(
            async () => await StatusAsync(other, "/account/connections") == HttpStatusCode.OK,
            Patience,
            "Alice is known");
    }

    [Fact]
    public async Task An_instance_without_a_signing_key_answers_503_and_then_knows_everybody()
    {
        var folder = KeyFolder.Create();
        foreach (var file in Directory.GetFiles(_folder))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), true);
        var current = Path.Combine(folder, "current.pem");
        await File.WriteAllTextAsync(current, "no key", Ct);
        await using var other = await StartAsync(folder, _server.Database, awaitReady: false);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(other, "/account/connections"));
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable, await StatusAsync(other, Silent.Path));
        File.Copy(Path.Combine(_folder, "current.pem"), current, overwrite: true);

        await Eventually.BecomesTrue(
            async () => await StatusAsync(other, "/account/connections") == HttpStatusCode.OK,
            Patience,
            "Alice is known");
        await other.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static Task<TestServer> StartAsync(string folder, TestDatabase? database = null, bool awaitReady = true) =>
        TestServer.StartAsync(new()
        {
            Database = database,
            AwaitReady = awaitReady,
            Settings = new Dictionary<string, string?>
            {
                ["SigningKeys:Directory"] = folder,
                ["SigningKeys:PollInterval"] = "00:00:01",
            },
        });

    // As Alice's browser would ask another instance.
    private async Task<HttpStatusCode> StatusAsync(TestServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add(
            "Cookie", string.Join("; ", _browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using var answer = await server.Http.SendAsync(request, Ct);
        return answer.StatusCode;
    }

    // Nobody else reads the keys until it is disposed of; in mode SHARE nobody writes them.
    private async Task<NpgsqlConnection> LockAsync(string mode = "ACCESS EXCLUSIVE")
    {
        var connection = new NpgsqlConnection(_server.Database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var hold = connection.CreateCommand();
        hold.CommandText = $"BEGIN; LOCK TABLE data_protection_keys IN {mode} MODE";
        await hold.ExecuteNonQueryAsync(Ct);
        return connection;
    }
}
