using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Audit;

/// <summary>
/// Somebody who may write the database changes the record; verification finds it. Three seals, of the ids 3 to 7, 8 to
/// 12 without 10, and 13 to 17.
/// </summary>
public sealed class TamperTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private TestDatabase Database => _server.Database;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.SealAsync();
        await _server.AddSealedAsync(5);
        await Database.AddEventsAsync(2);
        Assert.Equal(10, await Database.SkipIdAsync());
        await _server.AddSealedAsync(2);
        await _server.AddSealedAsync(5);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_untouched_record_has_no_finding_although_an_id_is_missing()
    {
        await Database.AddEventsAsync(3);

        var result = await Database.VerifyAsync();

        Assert.Empty(result.Findings);
        Assert.Equal((4L, 16L, 0L, 3L), (result.Seals, result.RowsVerified, result.RowsExpired, result.RowsUnsealed));
        Assert.NotNull(result.OldestUnsealed);
        Assert.Equal(4, result.Head!.Sequence);
        Assert.Equal(4, Assert.Single(result.Keys).LastSequence);
    }

    [Theory]
    [InlineData(
        "UPDATE oauth_audit_events SET reason = 'code_expired' WHERE id = 9",
        "A row was changed or exchanged in the rows of seal 3")]
    [InlineData(
        "UPDATE oauth_audit_events SET reason = NULL WHERE id = 9",
        "A row was changed or exchanged in the rows of seal 3")]
    [InlineData(
        "UPDATE oauth_audit_events SET reason = '' WHERE id = 2 AND reason IS NULL",
        "A row was changed or exchanged in the rows of seal 1")]
    [InlineData(
        "UPDATE oauth_audit_events SET correlation_id = '' WHERE id = 2",
        "A row was changed or exchanged in the rows of seal 1")]
    [InlineData(
        "UPDATE oauth_audit_events SET occurred_at = occurred_at + interval '1 microsecond' WHERE id = 17",
        "A row was changed or exchanged in the rows of seal 4")]
    [InlineData(
        "UPDATE oauth_audit_events SET kid = 'x' WHERE id = 4", "A row was changed or exchanged in the rows of seal 2")]
    [InlineData(
        "UPDATE oauth_audit_events SET client_id = address, address = client_id WHERE id = 4",
        "A row was changed or exchanged in the rows of seal 2")]
    [InlineData("DELETE FROM oauth_audit_events WHERE id = 8", "1 rows were removed from the rows of seal 3")]
    [InlineData(
        "DELETE FROM oauth_audit_events WHERE id BETWEEN 13 AND 17", "5 rows were removed from the rows of seal 4")]
    [InlineData(
        "INSERT INTO oauth_audit_events (id, event) OVERRIDING SYSTEM VALUE VALUES (10, 'sign_in')",
        "1 rows were added to the rows of seal 3")]
    [InlineData(
        "INSERT INTO oauth_audit_events (id, event) OVERRIDING SYSTEM VALUE VALUES (0, 'sign_in')",
        "1 rows before id 1 are under no seal")]
    [InlineData(
        "UPDATE oauth_audit_seals SET row_count = row_count - 1 WHERE sequence = 2; DELETE FROM oauth_audit_events "
            + "WHERE id = 4",
        "Seal 2 * was changed: its signature does not fit")]
    [InlineData(
        "UPDATE oauth_audit_seals SET hash = sha256('x') WHERE sequence = 4",
        "Seal 4 * was changed: its signature does not fit")]
    [InlineData(
        "UPDATE oauth_audit_seals SET day = day - 1000 WHERE sequence = 3",
        "Seal 3 * was changed: its signature does not fit")]
    [InlineData(
        "UPDATE oauth_audit_seals SET sealed_at = sealed_at + interval '1 microsecond' WHERE sequence = 3",
        "Seal 3 * was changed: its signature does not fit")]
    [InlineData(
        "UPDATE oauth_audit_seals SET signature = substr(signature, 2) WHERE sequence = 3",
        "Seal 3 * was changed: its signature does not fit")]
    [InlineData("DELETE FROM oauth_audit_seals WHERE sequence = 1", "Seal 1 is missing")]
    [InlineData("DELETE FROM oauth_audit_seals WHERE sequence IN (2, 3)", "Seals 2 to 3 are missing")]
    [InlineData(
        "UPDATE oauth_signing_keys SET n = 'wM' || n",
        "Seal 1 * names the key * which is not in oauth_signing_keys or not what its kid says")]
    public async Task A_change_is_found(string tampering, string finding)
    {
        foreach (var statement in tampering.Split(';')) await Database.ExecuteAsync(statement);

        var findings = (await Database.VerifyAsync()).Findings;

        Assert.Contains(
            findings,
            found =>
                finding.Split(" * ").Aggregate(
                    (At: 0, Ok: true),
                    (seen, part) => found.IndexOf(part, seen.At, StringComparison.Ordinal) is >= 0 and var at
                        ? (at + part.Length, seen.Ok)
                        : (0, false)).Ok);
    }

    /// <summary>Every row outside a seal counts, from the one right behind the seal before.</summary>
    [Theory]
    [InlineData("DELETE FROM oauth_audit_seals WHERE sequence = 2", "5 rows before id 8 are under no seal.")]
    [InlineData("DELETE FROM oauth_audit_seals WHERE sequence = 1", "2 rows before id 3 are under no seal.")]
    [InlineData(
        "DELETE FROM oauth_audit_seals WHERE sequence = 2; DELETE FROM oauth_audit_events WHERE id BETWEEN 4 AND 7",
        "1 rows before id 8 are under no seal.")]
    [InlineData(
        "DELETE FROM oauth_audit_seals WHERE sequence = 2; DELETE FROM oauth_audit_events WHERE id BETWEEN 3 AND 6",
        "1 rows before id 8 are under no seal.")]
    [InlineData(
        "INSERT INTO oauth_audit_events (id, event) OVERRIDING SYSTEM VALUE "
            + "VALUES (-9223372036854775808, 'sign_in'), (0, 'sign_in')",
        "2 rows before id 1 are under no seal.")]
    public async Task Rows_under_no_seal_are_counted(string tampering, string finding)
    {
        foreach (var statement in tampering.Split(';')) await Database.ExecuteAsync(statement);

        var strays = (await Database.VerifyAsync()).Findings.Where(
            found => found.Contains("under no seal", StringComparison.Ordinal));

        Assert.Equal([finding], strays);
    }

    [Theory]
    [InlineData(13, 17)]
    [InlineData(4, 16)]
    public async Task Two_rows_that_change_places_are_found(long one, long other)
    {
        await Database.ExecuteAsync(
            """
            UPDATE oauth_audit_events AS here SET (occurred_at, address, correlation_id) = (there.occurred_at,
                there.address, there.correlation_id)
            FROM oauth_audit_events AS there WHERE here.id IN ($1, $2) AND there.id IN ($1, $2) AND there.id <> here.id
            """,
            one, other);

        Assert.Contains(
            (await Database.VerifyAsync()).Findings,
            found => found.StartsWith("A row was changed or exchanged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_gets_another_id_is_found()
    {
        await Database.ExecuteAsync(
            """
            WITH moved AS (DELETE FROM oauth_audit_events WHERE id = 9 RETURNING *)
            INSERT INTO oauth_audit_events OVERRIDING SYSTEM VALUE SELECT 10, occurred_at, event, reason, client_id,
                pseudonym, grant_id, address, correlation_id, kid FROM moved
            """);

        Assert.StartsWith(
            "A row was changed or exchanged in the rows of seal 3",
            Assert.Single((await Database.VerifyAsync()).Findings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_cut_off_with_their_seals_are_found_by_who_noted_the_last_seal()
    {
        var head = (await Database.VerifyAsync()).Head!;
        Assert.Empty((await Database.VerifyAsync((head.Sequence, Convert.ToHexString(head.Hash)))).Findings);

        await Database.ExecuteAsync("DELETE FROM oauth_audit_seals WHERE sequence = 4");
        await Database.ExecuteAsync("DELETE FROM oauth_audit_events WHERE id > 12");

        Assert.Equal(
            ["Seal 4 was recorded and is missing."],
            (await Database.VerifyAsync((head.Sequence, Convert.ToHexString(head.Hash)))).Findings);
        await _server.AddSealedAsync(5);
        Assert.StartsWith(
            "Seal 4 is not the one that was recorded",
            Assert.Single((await Database.VerifyAsync((head.Sequence, Convert.ToHexString(head.Hash)))).Findings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seal_that_the_server_itself_made_for_another_history_is_found_by_the_one_after_it()
    {
        await Database.ExecuteAsync("CREATE TABLE last_seal AS SELECT * FROM oauth_audit_seals WHERE sequence = 4");
        await Database.ExecuteAsync("CREATE TABLE last_rows AS SELECT * FROM oauth_audit_events WHERE id > 12");
        await Database.ExecuteAsync("DELETE FROM oauth_audit_seals WHERE sequence >= 3");
        await Database.ExecuteAsync("DELETE FROM oauth_audit_events WHERE id > 12");
        await Database.ExecuteAsync("UPDATE oauth_audit_events SET reason = 'code_expired' WHERE id = 9");
        await _server.SealAsync();
        await Database.ExecuteAsync("INSERT INTO oauth_audit_events OVERRIDING SYSTEM VALUE SELECT * FROM last_rows");
        await Database.ExecuteAsync("INSERT INTO oauth_audit_seals SELECT * FROM last_seal");

        Assert.StartsWith(
            "A row was changed or exchanged in the rows of seal 4",
            Assert.Single((await Database.VerifyAsync()).Findings),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_sealed_anew_with_another_key_is_found_by_who_knows_the_right_one()
    {
        var right = Assert.Single((await Database.VerifyAsync()).Keys).KeyId;
        Assert.Empty((await Database.VerifyAsync(null, right)).Findings);
        await Database.ExecuteAsync("UPDATE oauth_audit_events SET reason = 'code_expired' WHERE id = 15");
        await SealAnewAsync(4);

        var blind = await Database.VerifyAsync();
        Assert.Empty(blind.Findings);
        Assert.Equal(2, blind.Keys.Count);
        Assert.Contains(
            "is none of the given keys",
            Assert.Single((await Database.VerifyAsync(null, right)).Findings),
            StringComparison.Ordinal);
    }

    // What an attacker with a key of their own and the whole database can do.
    private async Task SealAnewAsync(long sequence)
    {
        Assert.True(SigningKey.TryFromPem(SigningKey.GeneratePem(), out var key, out _));
        using (key)
        {
            await new SigningKeys(Database.Contexts)
                .NotePublishedAsync(key.KeyId, key.Modulus, key.Exponent, TestContext.Current.CancellationToken);
            AuditSeal? before = null;
            await foreach (var seal in new AuditSeals(Database.Contexts)
                .ListAsync(TestContext.Current.CancellationToken))
            {
                if (seal.Sequence == sequence)
                {
                    using var hash = new SealHash(before!.Hash);
                    await foreach (var row in new AuditEvents(Database.Contexts)
                        .RangeAsync(seal.FromId, seal.ToId, TestContext.Current.CancellationToken)) hash.Add(row);
                    var forged = seal with { Hash = hash.Finish(), KeyId = key.KeyId };
                    var signature = new byte[key.SignatureLength];
                    Assert.True(key.TrySign(SealHash.SignedText(forged), signature, out _));
                    await Database.ExecuteAsync(
                        "UPDATE oauth_audit_seals SET hash = $1, kid = $2, signature = $3 WHERE sequence = $4",
                        forged.Hash,
                        key.KeyId,
                        signature,
                        sequence);
                }

                before = seal;
            }
        }
    }
}
