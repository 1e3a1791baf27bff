using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>A database of clients that a file declares, and the file.</summary>
internal sealed class AcmeClients : IAsyncDisposable
{
    /// <summary>The exit code of <c>plan</c> when there is something to do.</summary>
    public const int ChangesPending = 4;

    private const string TwoUris = """["https://a.example/cb", "https://b.example/cb"]""";

    private readonly ClientsRunner _clients;

    private AcmeClients(TestDatabase database) => (Database, _clients) = (database, Runner(database));

    public TestDatabase Database { get; }

    public Dictionary<string, string?> Variables => _clients.Variables;

    public static async Task<AcmeClients> CreateAsync() => new(await TestDatabase.CreateAsync());

    /// <summary>The file with the one client <c>acme</c>.</summary>
    public static string File(
        string name = "Acme", string uris = TwoUris, string scopes = """["read"]""", string more = "") =>
        $$"""
        { "clients": [ { "client_id": "acme", "name": "{{name}}", "redirect_uris": {{uris}},
            "allowed_scopes": {{scopes}}, "secret": { "env": "ACME_WEB_SECRET" }{{more}} } ] }
        """;

    /// <summary>Another operator on the same database.</summary>
    public ClientsRunner NewRunner() => Runner(Database);

    public Task<CommandRun> RunAsync(params string[] args) => _clients.RunAsync(args);

    public Task<CommandRun> RunFileAsync(string name, string json, params string[] options) =>
        _clients.RunFileAsync(name, json, options);

    /// <summary>Applies a file that has no fault.</summary>
    public async Task ApplyAsync(string json, params string[] options)
    {
        var run = await RunFileAsync("apply", json, options);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    /// <summary>The number of rows of a table, with or without a condition.</summary>
    public Task<long> CountAsync(string rows) => Database.ScalarAsync<long>($"SELECT count(*) FROM {rows}");

    /// <summary>Whether a condition holds for <c>acme</c>.</summary>
    public Task<bool> IsAsync(string condition) =>
        Database.ScalarAsync<bool>($"SELECT {condition} FROM oauth_clients WHERE client_id = 'acme'");

    public Task<string?> SecretAsync(string column) =>
        Database.ScalarAsync<string>($"SELECT {column} FROM oauth_clients WHERE client_id IN ('acme', 'acme-web')");

    public async Task<bool> FitsAsync(string secret, string column) =>
        BCrypt.Net.BCrypt.Verify(secret, await SecretAsync(column));

    /// <summary>Something that changes with every write of a row.</summary>
    public async Task<IEnumerable<string>> VersionsAsync()
    {
        const string sql = "SELECT client_id || xmin::text AS version FROM oauth_clients ORDER BY client_id";
        return [.. (await Database.QueryAsync(sql)).Select(row => (string)row["version"]!)];
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static ClientsRunner Runner(TestDatabase database) =>
        new(database) { Variables = { ["ACME_WEB_SECRET"] = "the-first-secret-of-acme" } };
}
