using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Restore;

/// <summary>
/// docs/operations/backup-and-restore.md, done: its commands on a real database, with a server before and one after.
/// </summary>
public sealed class RestoreDrillTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private const string Page = "docs/operations/backup-and-restore.md";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Mark => Path.Combine(root.Path, "mark");

    [Fact]
    public async Task What_a_restore_brought_back_is_seen_and_ended_by_the_commands_of_the_page()
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        var shell = new DrillShell(root, database.ConnectionString, Mark);
        var commands = DrillShell.Blocks(Page);
        Reply used;
        Reply revoked;
        string? code;
        await using (var server = await StartAsync(database))
        {
            (used, revoked, code) = await GrantAsync(server);
            await SealedAsync("");
            Assert.Equal(0, (await shell.RunAsync(commands[0])).Code);

            // What is to be forgotten: a token that was used, one that was revoked, a code that was exchanged.
            var before = await File.ReadAllTextAsync(Mark, Ct);
            Assert.Equal(HttpStatusCode.OK, (await server.RefreshAsync(used.RefreshToken)).Status);
            Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(revoked.RefreshToken)).Status);
            Assert.Equal(HttpStatusCode.OK, (await server.RedeemAsync(code)).Status);
            await SealedAsync(before);
        }

        Assert.Equal(0, (await shell.RunAsync(commands[1])).Code);
        Assert.Equal(2, await CountAsync(database, "oauth_refresh_tokens WHERE revoked_at IS NULL"));

        var doctor = await shell.RunAsync(commands[2]);
        Assert.Equal(1, doctor.Code);
        Assert.Contains("database_restored", doctor.Output, StringComparison.Ordinal);
        var variables = shell.Settings.ToDictionary(
            pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!);
        var start = await HostProcess.RunAsync(root, new(variables)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["urls"] = "http://127.0.0.1:0",
        });
        Assert.Equal(2, start.ExitCode);
        Assert.Contains("run OAuthServer restore end-sessions", start.Error, StringComparison.Ordinal);

        var ended = await shell.RunAsync(commands[3]);
        Assert.True(ended.Code == 0, ended.Output);
        Assert.StartsWith("Ended: 3 grants of apps, 1 session, ", ended.Output, StringComparison.Ordinal);
        await AssertEndedAsync(database, shell);
        await AssertRefusedAsync(database, used, revoked, code);
    }

    [Fact]
    public async Task Without_a_mark_that_is_lost_nothing_ends_unless_it_is_forced()
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        await using var server = await TestServer.StartAsync(new() { Database = database });
        await server.TokensAsync();
        var commands = CommandLine.On(database.ConnectionString);

        foreach (var command in (string[])["end-sessions", "accept"])
        {
            var refused = await commands.RunAsync(["restore", command], Ct);
            Assert.Equal((1, ""), (refused.Code, refused.Output));
            Assert.Contains("--force does it anyway", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(1, await CountAsync(database, "oauth_refresh_tokens WHERE revoked_at IS NULL"));
        Assert.Equal(0, (await commands.RunAsync(["restore", "accept", "--force"], Ct)).Code);
        Assert.Equal(1, await CountAsync(database, "oauth_refresh_tokens WHERE revoked_at IS NULL"));
        var forced = await commands.RunAsync(["restore", "end-sessions", "--force", "--json"], Ct);
        Assert.Equal(1, forced.Json.GetProperty("grants").GetInt32());
        Assert.Equal(0, await CountAsync(database, "oauth_refresh_tokens WHERE revoked_at IS NULL"));
        Assert.Equal(2, await CountAsync(database, "oauth_audit_events WHERE event = 'database_restored'"));
    }

    private static async Task AssertEndedAsync(TestDatabase database, DrillShell shell)
    {
        var doctor = await shell.RunAsync(DrillShell.Blocks(Page)[2]);
        Assert.DoesNotContain("database_restored", doctor.Output, StringComparison.Ordinal);
        foreach (var rest in (string[])
            ["account_sessions WHERE ended_at", "oauth_pushed_requests WHERE used_at", "account_tokens WHERE used_at"])
        {
            Assert.Equal(0, await CountAsync(database, $"{rest} IS NULL"));
        }

        Assert.Equal(1, await CountAsync(database, "oauth_audit_events WHERE event = 'database_restored'"));
    }

    private async Task AssertRefusedAsync(TestDatabase database, Reply used, Reply revoked, string? code)
    {
        await using var server = await StartAsync(database);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(used.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(revoked.RefreshToken)).Error);
        Assert.Equal("invalid_grant", (await server.RedeemAsync(code)).Error);
        Assert.True(await server.IsRevokedAsync(used.AccessToken!));
        using var again = new TestBrowser(server);
        Assert.NotNull((await again.AuthorizeAsync(new AuthorizationAsk())).Code);
    }

    private static async Task<(Reply Used, Reply Revoked, string? Code)> GrantAsync(TestServer server)
    {
        using var browser = new TestBrowser(server);
        var used = await server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var revoked = await server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_pushed_requests (request_uri, client_id, parameters, expires_at)
            VALUES (decode(repeat('ab', 32), 'hex'), 'any', 'any', now() + interval '1 minute');
            INSERT INTO account_tokens (hash, kind, address, normalized_address, expires_at)
            VALUES (decode(repeat('cd', 32), 'hex'), 'registration', 'x@example.com', 'X@EXAMPLE.COM',
                now() + interval '1 hour')
            """);
        return (used, revoked, code);
    }

    private Task<TestServer> StartAsync(TestDatabase database) => TestServer.StartAsync(new()
    {
        Database = database,
        Settings = new Dictionary<string, string?> { ["Audit:MarkFile"] = Mark, ["Audit:SealInterval"] = "00:00:01" },
    });

    private Task SealedAsync(string before) => Eventually.BecomesTrue(
        async () => File.Exists(Mark) && await File.ReadAllTextAsync(Mark, Ct) != before, Patience, "a seal is noted");

    private static Task<long> CountAsync(TestDatabase database, string what) =>
        database.ScalarAsync<long>($"SELECT count(*) FROM {what}");
}
