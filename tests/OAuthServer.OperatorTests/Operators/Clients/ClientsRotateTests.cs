using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary><c>clients hash-secret</c> and <c>clients rotate-secret</c>.</summary>
public sealed class ClientsRotateTests : IAsyncLifetime
{
    private const string Id = TestData.Web;

    private TestDatabase _database = null!;
    private ClientsRunner _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        _clients = new ClientsRunner(_database);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_secret_and_its_hash_are_told_to_programs()
    {
        var made = (await _clients.RunAsync("hash-secret", "--json")).Json;
        Assert.True(BCrypt.Net.BCrypt.Verify(Text(made, "client_secret"), Text(made, "hash")));
    }

    [Fact]
    public async Task A_rotated_secret_is_shown_once_and_the_old_one_stays_for_a_week()
    {
        var run = await _clients.RunAsync("rotate-secret", Id);

        Assert.Equal(0, run.Code);
        var row = await RowAsync();
        Assert.True(Fits(run.Lines[0].Split(": ")[^1], row, "client_secret"));
        Assert.True(Fits(TestData.Secret, row, "next_client_secret"));
        Assert.Null(row["client_secret_expires_at"]);
        Assert.True(await _database.ScalarAsync<bool>(
            """
            SELECT next_client_secret_expires_at - now() BETWEEN interval '6 days 23 hours' AND interval '7 days'
            FROM oauth_clients WHERE client_id = $1
            """,
            Id));
        var audited = Assert.Single(await _database.QueryAsync("SELECT event FROM oauth_audit_events"));
        Assert.Equal("client_secret_rotated", audited["event"]);
    }

    [Fact]
    public async Task A_third_live_secret_is_refused_unless_forced_and_then_the_oldest_ends()
    {
        var second = Text((await _clients.RunAsync("rotate-secret", Id, "--json")).Json, "client_secret");

        var refused = await _clients.RunAsync("rotate-secret", Id);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Contains("two live secrets", refused.Error, StringComparison.Ordinal);
        Assert.True(Fits(second, await RowAsync(), "client_secret"));

        var forced = await _clients.RunAsync("rotate-secret", Id, "--force", "--json", "--keep-old", "1h");
        var row = await RowAsync();
        Assert.True(Fits(Text(forced.Json, "client_secret"), row, "client_secret"));
        Assert.True(Fits(second, row, "next_client_secret"));

        Assert.Equal(0, (await _clients.RunAsync("rotate-secret", Id, "--force", "--keep-old", "0")).Code);
        Assert.Null((await RowAsync())["next_client_secret"]);
    }

    [Fact]
    public async Task A_public_client_has_no_secret_to_rotate()
    {
        var run = await _clients.RunAsync("rotate-secret", TestData.Spa);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("is public", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events"));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static bool Fits(string secret, IReadOnlyDictionary<string, object?> row, string column) =>
        BCrypt.Net.BCrypt.Verify(secret, (string)row[column]!);

    private async Task<IReadOnlyDictionary<string, object?>> RowAsync() =>
        Assert.Single(await _database.QueryAsync("SELECT * FROM oauth_clients WHERE client_id = $1", Id));
}
