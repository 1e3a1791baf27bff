using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Operators.Keys;
using OAuthServer.Storage;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Audit;

/// <summary>What is sealed, when, by whom and by which key, and what retention takes away.</summary>
public sealed class SealerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_log_is_not_sealed_and_has_no_finding()
    {
        await using var database = await TestData.CreateDatabaseAsync();

        var result = await database.VerifyAsync();

        Assert.Empty(result.Findings);
        Assert.Null(result.Head);
        Assert.Equal(0, result.RowsUnsealed);
    }

    [Fact]
    public async Task Nothing_new_makes_no_seal()
    {
        await using var server = await TestServer.StartAsync();
        var last = await server.AddSealedAsync(3);

        await server.SealAsync();

        Assert.Equal(last, await server.Database.ScalarAsync<long>("SELECT max(sequence) FROM oauth_audit_seals"));
    }

    [Fact]
    public async Task A_seal_is_of_one_day_and_a_day_without_events_leaves_no_gap()
    {
        await using var server = await TestServer.StartAsync();
        await server.Database.AddEventsAsync(2, daysAgo: 5);
        await server.Database.AddEventsAsync(3, daysAgo: 3);

        await server.AddSealedAsync(1);

        var seals = await server.Database.QueryAsync(
            "SELECT (now() AT TIME ZONE 'UTC')::date - day AS ago, row_count FROM oauth_audit_seals ORDER BY sequence");
        Assert.Equal([(5, 2), (3, 3), (0, 3)], seals.Select(seal => ((int)seal["ago"]!, (int)seal["row_count"]!)));
        Assert.Empty((await server.Database.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task More_rows_than_one_seal_takes_are_sealed_in_one_round()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddSealedAsync(AuditSealer.MostRows + 500);

        var result = await server.Database.VerifyAsync();

        Assert.Equal((2L, AuditSealer.MostRows + 502L, 0L), (result.Seals, result.RowsVerified, result.RowsUnsealed));
        Assert.Empty(result.Findings);
    }

    [Fact]
    public async Task A_row_that_becomes_visible_after_one_with_a_higher_id_is_waited_for()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = await server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var late = connection.CreateCommand())
        {
            late.CommandText = "INSERT INTO oauth_audit_events (event) VALUES ('sign_in')";
            await late.ExecuteNonQueryAsync(Ct);
        }

        await server.Database.AddEventsAsync(1);
        var sealing = server.SealAsync();
        await Eventually.BecomesTrue(
            async () => sealing.IsCompleted
                || await server.Database.ScalarAsync<long>(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid "
                        + "FROM pg_database WHERE datname = current_database())") > 0,
            TimeSpan.FromSeconds(20),
            "the sealer has its turn");
        await transaction.CommitAsync(Ct);
        await sealing;
        await server.SealAsync();

        var result = await server.Database.VerifyAsync();
        Assert.Empty(result.Findings);
        Assert.Equal(4, result.RowsVerified);
    }

    [Fact]
    public async Task Two_instances_that_seal_at_once_beside_writers_make_one_chain()
    {
        await using var one = await TestServer.StartAsync();
        await using var two = await TestServer.StartAsync(new() { Database = one.Database });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writing = Enumerable.Range(0, 4).Select(_ => WriteUntilAsync(one.Database, stop.Token)).ToList();

        await Eventually.BecomesTrue(
            SealTwiceAsync, TimeSpan.FromSeconds(60), "there are twelve seals beside the writers");
        await stop.CancelAsync();
        var written = (await Task.WhenAll(writing)).Sum();
        await one.SealAsync();

        var result = await one.Database.VerifyAsync();
        Assert.Empty(result.Findings);
        Assert.Equal(written + 2, result.RowsVerified);
        Assert.Equal(0, result.RowsUnsealed);

        // A turn in which nothing was written since the last makes no seal.
        async Task<bool> SealTwiceAsync()
        {
            await Task.WhenAll(one.SealAsync(), two.SealAsync());
            return await one.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_audit_seals") >= 12;
        }
    }

    [Fact]
    public async Task A_sealed_day_leaves_after_retention_with_its_seals_kept_and_no_finding()
    {
        await using var server = await TestServer.StartAsync();
        await server.Database.AddEventsAsync(1500, daysAgo: 402);
        await server.Database.AddEventsAsync(1, daysAgo: 401);
        await server.AddSealedAsync(4, daysAgo: 399);
        await server.Database.AddEventsAsync(6, daysAgo: 500);

        await server.Services.GetRequiredService<Sweeper>().RunAsync(Ct);

        var result = await server.Database.VerifyAsync();
        Assert.Empty(result.Findings);
        Assert.Equal((1501L, 6L), (result.RowsExpired, result.RowsUnsealed));
        Assert.Equal(4 + 2 + 6, await server.Database.CountAsync("oauth_audit_events"));
        Assert.True(result.Seals >= 3);
    }

    [Fact]
    public async Task A_row_of_a_day_that_has_to_stay_may_not_be_missing_although_older_ones_may()
    {
        await using var server = await TestServer.StartAsync();
        await server.Database.AddEventsAsync(5, daysAgo: 402);
        await server.AddSealedAsync(5, daysAgo: 399);

        await server.Database.ExecuteAsync(
            "DELETE FROM oauth_audit_events WHERE occurred_at < now() - interval '398 days' AND address "
                + "IN ('192.0.2.1', '192.0.2.2')");

        var result = await server.Database.VerifyAsync();
        Assert.Equal(2, result.RowsExpired);
        Assert.StartsWith("2 rows were removed", Assert.Single(result.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_row_of_an_old_day_does_not_take_newer_ones_with_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.Database.AddEventsAsync(1, daysAgo: 402);
        await server.Database.AddEventsAsync(1, daysAgo: 399);
        await server.Database.AddEventsAsync(1, daysAgo: 402);
        await server.AddSealedAsync(1, daysAgo: 399);

        await server.Services.GetRequiredService<Sweeper>().RunAsync(Ct);

        Assert.Equal(3 + 2, await server.Database.CountAsync("oauth_audit_events"));
        Assert.Empty((await server.Database.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task A_new_key_is_recorded_once_by_whichever_instance_and_old_seals_still_verify()
    {
        var keys = KeysOfItsOwn();
        await using var one = await TestServer.StartAsync(keys);
        await using var two = await TestServer.StartAsync(keys with { Database = one.Database });
        await one.AddSealedAsync(1);
        var first = KeyOf(one);
        var keeper = ActivatorUtilities.CreateInstance<KeyKeeper>(one.Services);
        Assert.True((await keeper.GenerateAsync(replace: false, Ct)).Done);
        Assert.True((await keeper.PromoteAsync(force: true, Ct)).Done);
        await Eventually.BecomesTrue(
            () => Task.FromResult(KeyOf(one) != first && KeyOf(two) == KeyOf(one)),
            TimeSpan.FromSeconds(20),
            "both instances sign with the new key");

        await Task.WhenAll(one.SealAsync(), two.SealAsync());
        await one.SealAsync();

        var result = await one.Database.VerifyAsync();
        Assert.Empty(result.Findings);
        Assert.Equal([first, KeyOf(one)], result.Keys.Select(key => key.KeyId));
        var events = await one.Database.QueryAsync(
            "SELECT event, kid FROM oauth_audit_events WHERE kid IS NOT NULL ORDER BY id");
        Assert.Equal(
            [
                ("signing_key_published", first),
                ("signing_key_signs", first),
                ("signing_key_published", KeyOf(one)),
                ("signing_key_signs", KeyOf(one)),
            ],
            events.Select(row => ((string)row["event"]!, (string)row["kid"]!)));
    }

    [Fact]
    public async Task The_end_of_a_key_is_noted_once_and_tells_how_long_it_has_not_signed()
    {
        var keys = KeysOfItsOwn();
        await using var one = await TestServer.StartAsync(keys);
        await using var two = await TestServer.StartAsync(keys with { Database = one.Database });
        await one.SealAsync();
        var old = KeyOf(one);
        var keeper = ActivatorUtilities.CreateInstance<KeyKeeper>(one.Services);
        var record = one.Services.GetRequiredService<SigningKeys>();
        Assert.True((await keeper.GenerateAsync(replace: false, Ct)).Done);
        await Eventually.BecomesTrue(
            () => Task.FromResult(PublishedBy(one) == 2 && PublishedBy(two) == 2),
            TimeSpan.FromSeconds(20),
            "both instances publish the new key");
        await one.SealAsync();
        Assert.Null(await record.StoppedSigningAsync(old, Ct));

        // A key that is too young may be one that this instance has yet to see.
        await one.Database.ExecuteAsync("UPDATE oauth_signing_keys SET published_at = now() + interval '1 hour'");
        Assert.True((await keeper.RetireAsync(old, force: true, Ct)).Done);
        await Eventually.BecomesTrue(
            () => Task.FromResult(PublishedBy(one) == 1 && PublishedBy(two) == 1),
            TimeSpan.FromSeconds(20),
            "both instances publish the new key alone");
        // A note that was under way still says that the old key signs; the next one does not.
        await Eventually.BecomesTrue(
            async () =>
            {
                await one.SealAsync();
                return await record.StoppedSigningAsync(old, Ct) is not null;
            },
            TimeSpan.FromSeconds(20),
            "the end of the old key is noted");
        Assert.Empty(await WithdrawnAsync(one));
        Assert.InRange((await record.StoppedSigningAsync(old, Ct))!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        await one.Database.ExecuteAsync(
            "UPDATE oauth_signing_keys SET published_at = now() - interval '1 minute', signs_until = signs_until - "
                + "interval '1 hour'");
        await Task.WhenAll(one.SealAsync(), two.SealAsync());
        await one.SealAsync();

        Assert.Equal([old], await WithdrawnAsync(one));
        Assert.InRange(
            (await record.StoppedSigningAsync(old, Ct))!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(1.5));
        Assert.Null(await record.StoppedSigningAsync(KeyOf(one), Ct));
        Assert.Empty((await one.Database.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task An_instance_seals_by_itself()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["Audit:SealInterval"] = "00:00:01" },
        });
        await server.Database.AddEventsAsync(3);

        await Eventually.BecomesTrue(
            async () => (await server.Database.VerifyAsync()) is { RowsUnsealed: 0, RowsVerified: 5 },
            TimeSpan.FromSeconds(20),
            "every row is sealed");
    }

    private static int PublishedBy(TestServer server) =>
        server.Services.GetRequiredService<KeyRing>().Current!.Published.Length;

    private static async Task<IEnumerable<string>> WithdrawnAsync(TestServer server) =>
        (await server.Database.QueryAsync("SELECT kid FROM oauth_audit_events WHERE event = 'signing_key_withdrawn'"))
            .Select(row => (string)row["kid"]!);

    private static string KeyOf(TestServer server) =>
        server.Services.GetRequiredService<KeyRing>().Current!.Signing.KeyId;

    // Transactions that overlap, so that ids do not become visible in their order, and some that are rolled back.
    // Read again every second.
    private static TestServerOptions KeysOfItsOwn() => new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["SigningKeys:Directory"] = KeyFolder.Create(),
            ["SigningKeys:PollInterval"] = "00:00:01",
        },
    };

    private static async Task<int> WriteUntilAsync(TestDatabase database, CancellationToken until)
    {
        var written = 0;
        for (var turn = 0; !until.IsCancellationRequested; turn++)
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO oauth_audit_events (event) SELECT 'sign_in' FROM pg_sleep(0.003)";
            await insert.ExecuteNonQueryAsync(Ct);
            await insert.ExecuteNonQueryAsync(Ct);
            if (turn % 5 == 4)
            {
                await transaction.RollbackAsync(Ct);
                continue;
            }

            await transaction.CommitAsync(Ct);
            written += 2;
        }

        return written;
    }
}
