using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary><c>operators add | list | remove</c>.</summary>
public sealed class OperatorsCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync("INSERT INTO accounts (email) VALUES ('zoe@example.com'), ('alice@example.com')");
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_person_is_an_operator_until_that_is_taken_away()
    {
        Assert.Equal((0, "[]"), await RunAsync("list", "--json"));
        Assert.Equal((0, "zoe@example.com is an operator."), await RunAsync("add", "ZOE@example.com"));
        Assert.Equal((0, "zoe@example.com was an operator already."), await RunAsync("add", "zoe@example.com"));
        var alice = await _database.ScalarAsync<Guid>("SELECT id FROM accounts WHERE email = 'alice@example.com'");
        var added = await On().RunAsync(["operators", "add", $"{alice}", "--json"], Ct);
        Assert.Equal((alice, true, true), (
            added.Json.GetProperty("account").GetGuid(),
            added.Json.GetProperty("is_operator").GetBoolean(),
            added.Json.GetProperty("changed").GetBoolean()));

        await _database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE email = 'zoe@example.com'");
        var listed = (await On().RunAsync(["operators", "list"], Ct)).Lines;
        Assert.Equal(["ADDRESS", "alice@example.com", "zoe@example.com"], listed.Select(line => line.Split(' ')[0]));
        Assert.Contains("disabled", listed[2], StringComparison.Ordinal);

        Assert.Equal((0, "alice@example.com is no operator any more."), await RunAsync("remove", "alice@example.com"));
        Assert.Equal((0, "alice@example.com was no operator."), await RunAsync("remove", "alice@example.com"));
        Assert.Equal(1L, await _database.ScalarAsync<long>("SELECT count(*) FROM operators"));
        var events = await _database.QueryAsync("SELECT event, pseudonym FROM oauth_audit_events ORDER BY id");
        Assert.Equal(["operator_added", "operator_added", "operator_removed"], events.Select(row => row["event"]));
        Assert.Equal(await _database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", alice), events[2]["pseudonym"]);
    }

    [Theory]
    [InlineData("add")]
    [InlineData("remove")]
    public async Task Nobody_is_made_or_unmade_who_has_no_account(string command)
    {
        var run = await On().RunAsync(["operators", command, "nobody@example.com"], Ct);
        Assert.Equal((1, "There is no account nobody@example.com."), (run.Code, run.Error.Trim()));
        Assert.Equal(0L, await _database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_events"));
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] args)
    {
        var run = await On().RunAsync(["operators", .. args], Ct);
        return (run.Code, run.Output.Trim());
    }

    private CommandLine On() => CommandLine.On(_database.ConnectionString);
}
