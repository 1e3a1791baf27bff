using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Discovery;

/// <summary>
/// Readers of the list that come back with a mark get what was added since: never less, and rarely more. Alone, since a
/// transaction of any other test that stays open holds the marks back.
/// </summary>
[Collection(Alone.Name)]
public sealed class RevocationMarkTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_reader_with_a_mark_gets_only_what_was_added_since()
    {
        for (var i = 0; i < 500; i++) await AddAsync($"old-{i}");
        var whole = await SettledAsync("old-499");
        Assert.Equal((500, null), (whole.Ids.Length, whole.Since));

        var nothing = await ReadAsync(whole.Mark);
        Assert.Equal((0, whole.Mark, whole.Mark), (nothing.Ids.Length, nothing.Since, nothing.Mark));
        await AddAsync("new");
        var added = await ReadAfterAsync("new", whole.Mark);

        Assert.Equal(["new"], added.Ids);
        Assert.InRange(added.Bytes, 1, 200);
        await Eventually.BecomesTrue(
            async () => (added = await ReadAsync(added.Mark)).Ids.Length == 0,
            TimeSpan.FromSeconds(10),
            "nothing is left to tell");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task What_commits_late_is_not_missed(int others)
    {
        await AddAsync("before");
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var late = await connection.BeginTransactionAsync(Ct);
        await AddAsync("late", connection);
        for (var i = 0; i < others; i++) await AddAsync($"early-{i}");
        var early = await ReadAfterAsync(others == 0 ? "before" : $"early-{others - 1}", null);
        Assert.DoesNotContain("late", early.Ids);

        await late.CommitAsync(Ct);

        Assert.Contains("late", (await ReadAfterAsync("late", early.Mark)).Ids);
    }

    [Fact]
    public async Task A_transaction_that_began_before_and_wrote_after_the_mark_is_not_missed()
    {
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var late = await connection.BeginTransactionAsync(Ct);
        await using (var number = new NpgsqlCommand("SELECT pg_current_xact_id()::text", connection))
            await number.ExecuteScalarAsync(Ct);
        await AddAsync("other");
        var read = await ReadAfterAsync("other", null);
        await AddAsync("late", connection);
        await late.CommitAsync(Ct);
        Assert.Contains("late", (await ReadAfterAsync("late", read.Mark)).Ids);
    }

    [Fact]
    public async Task What_is_rolled_back_is_nobodys()
    {
        await AddAsync("before");
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using (var never = await connection.BeginTransactionAsync(Ct))
        {
            await AddAsync("never", connection);
            await never.RollbackAsync(Ct);
        }

        await AddAsync("after");
        Assert.Equal(["before", "after"], (await ReadAfterAsync("after", null)).Ids);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData(".")]
    [InlineData("ffffffffffffffff.1")]
    [InlineData("{origin}.")]
    [InlineData("{origin}.-1")]
    [InlineData("{origin}.+1")]
    [InlineData("{origin}. 1")]
    [InlineData("{origin}.1e3")]
    [InlineData("{origin}.99999999999999999999")]
    [InlineData("{origin}.9223372036854775807")]
    [InlineData("{origin}.4000000000")]
    [InlineData("{mark}&since={mark}")]
    [InlineData("'; DROP TABLE oauth_revoked_tokens; --")]
    public async Task A_mark_that_says_nothing_here_gives_the_whole_list(string mark)
    {
        await AddAsync("one");
        await AddAsync("two");
        var whole = await ReadAfterAsync("two", null);
        var sent = mark.Contains("&since", StringComparison.Ordinal)
            ? mark.Replace("{mark}", whole.Mark, StringComparison.Ordinal)
                : Uri.EscapeDataString(mark.Replace("{origin}", whole.Mark.Split('.')[0], StringComparison.Ordinal));

        var answer = await ReadAsync(sent);

        Assert.Null(answer.Since);
        Assert.Equal(["one", "two"], answer.Ids);
    }

    [Fact]
    public async Task Another_database_of_the_same_cluster_gives_the_whole_list()
    {
        await AddAsync("here");
        var here = await ReadAfterAsync("here", null);
        await using var elsewhere = await TestServer.StartAsync();
        await elsewhere.Database.ExecuteAsync(
            "INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ('there', now() + interval '1 hour')");
        var there = await ReadAsync(here.Mark, elsewhere);
        Assert.Equal((null, "there"), (there.Since, Assert.Single(there.Ids)));
    }

    [Fact]
    public async Task A_table_that_was_made_anew_gives_the_whole_list()
    {
        await AddAsync("one");
        var before = await ReadAfterAsync("one", null);
        await _server.Database.ExecuteAsync(
            """
            ALTER TABLE oauth_revoked_tokens RENAME TO lost;
            CREATE TABLE oauth_revoked_tokens (LIKE lost INCLUDING ALL);
            INSERT INTO oauth_revoked_tokens VALUES ('restored', now() + interval '1 hour', '3');
            """);
        var after = await ReadAfterAsync("restored", before.Mark);
        Assert.Equal((null, "restored"), (after.Since, Assert.Single(after.Ids)));
    }

    [Fact]
    public async Task A_row_that_is_written_with_an_old_number_is_added_now()
    {
        await AddAsync("one");
        var read = await ReadAfterAsync("one", null);
        await _server.Database.ExecuteAsync(
            "INSERT INTO oauth_revoked_tokens (jti, expires_at, added_by) "
                + "VALUES ('from a dump', now() + interval '1 hour', '3')");
        Assert.Equal(["from a dump"], (await ReadAfterAsync("from a dump", read.Mark)).Ids);
    }

    [Fact]
    public async Task An_entry_that_is_given_a_later_end_is_told_again()
    {
        await AddAsync("one");
        await AddAsync("two");
        var read = await ReadAfterAsync("two", null);
        await _server.Database.ExecuteAsync(
            "UPDATE oauth_revoked_tokens SET expires_at = expires_at + interval '5 hours' WHERE jti = 'one'");
        var again = await ReadAfterAsync("one", read.Mark);
        Assert.Equal(["one"], again.Ids);
        Assert.InRange(again.Ends["one"] - read.Ends["one"], 5 * 3600, (5 * 3600) + 1);
    }

    [Theory]
    [InlineData("now() + interval '1500 milliseconds'", false)]
    [InlineData("now() - interval '1 second'", false)]
    [InlineData("now() + interval '20 seconds'", true)]
    [InlineData("'infinity'", true)]
    public async Task What_is_over_leaves_and_what_is_live_stays(string end, bool stays)
    {
        await AddAsync("other");
        await _server.Database.ExecuteAsync($"INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ('it', {end})");
        await ReadAfterAsync("other", null);
        await AddAsync("last");
        await ReadAfterAsync("last", null);
        if (!stays)
            await Eventually.BecomesTrue(
                async () => !(await ReadAsync(null)).Ids.Contains("it"),
                TimeSpan.FromSeconds(20),
                "it has left the list");
        Assert.Equal(stays, (await ReadAsync(null)).Ids.Contains("it"));
        Assert.Contains("other", (await ReadAsync(null)).Ids);
    }

    [Fact]
    public async Task Two_instances_take_each_others_marks()
    {
        await using var second = await TestServer.StartAsync(new() { Database = _server.Database });
        TestServer[] instances = [_server, second];
        var known = new HashSet<string>();
        string? mark = null;
        for (var i = 0; i < 12; i++)
        {
            await AddAsync($"entry-{i}");
            var (asked, sent) = (instances[i % 2], mark);
            await Eventually.BecomesTrue(
                async () =>
                {
                    var answer = await ReadAsync(mark, asked);
                    Assert.Equal(mark, answer.Since);
                    known.UnionWith(answer.Ids);
                    mark = answer.Mark;
                    return known.Contains($"entry-{i}");
                },
                TimeSpan.FromSeconds(5),
                $"entry {i} is known after {sent}");
        }

        Assert.Equal(12, known.Count);
        await Eventually.BecomesTrue(
            async () => await ReadAsync(null) is var one && await ReadAsync(null, second) is var two
                && (one.ETag.Tag, one.Mark) == (two.ETag.Tag, two.Mark),
            TimeSpan.FromSeconds(10),
            "both give the same list under one tag");
    }

    [Fact]
    public async Task A_restarted_instance_goes_on_from_the_mark()
    {
        await AddAsync("before");
        var read = await ReadAfterAsync("before", null);
        await AddAsync("meanwhile");
        await using var restarted = await TestServer.StartAsync(new() { Database = _server.Database });
        var answer = await ReadAsync(read.Mark, restarted);
        Assert.Equal((read.Mark, "meanwhile"), (answer.Since, Assert.Single(answer.Ids)));
    }

    [Fact]
    public async Task An_unchanged_answer_is_not_sent_twice()
    {
        await AddAsync("one");
        var whole = await SettledAsync("one");
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync("", whole.ETag));
        var nothing = await ReadAsync(whole.Mark);
        // Other transactions come and go; the list does not change by them.
        for (var i = 0; i < 3; i++) await _server.TokensAsync();
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync("?since=" + whole.Mark, nothing.ETag));
        await AddAsync("two");
        await ReadAfterAsync("two", null);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("?since=" + whole.Mark, nothing.ETag));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("", whole.ETag));
    }

    [Fact]
    public async Task A_token_of_a_longer_lifetime_stays_listed_until_it_is_over()
    {
        await using var before = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:AccessTokenLifetime"] = "01:00:00" },
        });
        await using var after = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:AccessTokenLifetime"] = "00:01:00" },
        });
        var (one, two) = (await before.TokensAsync(), await before.TokensAsync());
        await after.RevokeAsync(one.AccessToken);
        await after.RevokeAsync(two.RefreshToken);
        Assert.Equal(2, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_revoked_tokens WHERE expires_at > now() + interval '1 hour'"));
    }

    private async Task AddAsync(string jti, NpgsqlConnection? connection = null)
    {
        const string sql = "INSERT INTO oauth_revoked_tokens (jti, expires_at) VALUES ($1, now() + interval '1 hour')";
        await using var command = connection is null
            ? _server.Database.DataSource.CreateCommand(sql)
            : new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(jti);
        await command.ExecuteNonQueryAsync(Ct);
    }

    // The server may answer from what it read a quarter of a second ago.
    private async Task<Answer> ReadAfterAsync(string id, string? since)
    {
        Answer? answer = null;
        await Eventually.BecomesTrue(
            async () => (answer = await ReadAsync(since)).Ids.Contains(id),
            TimeSpan.FromSeconds(10),
            $"{id} is listed");
        return answer!;
    }

    // The whole list once no transaction is open any more that may have added to it.
    private async Task<Answer> SettledAsync(string last)
    {
        Answer? whole = null;
        await Eventually.BecomesTrue(
            async () => (whole = await ReadAfterAsync(last, null)).Ids.Length > 0
                && (await ReadAsync(whole.Mark)).Ids.Length == 0,
            TimeSpan.FromSeconds(10),
            "the list is settled");
        return whole!;
    }

    private async Task<Answer> ReadAsync(string? since, TestServer? server = null)
    {
        using var response = await (server ?? _server).Http.GetAsync(
            new Uri("/oauth/revocations" + (since is null ? "" : "?since=" + since), UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync(Ct);
        var json = JsonSerializer.Deserialize<JsonElement>(text);
        var ends = json.GetProperty("revocations")
            .EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetInt64());
        return new(
            [.. json.GetProperty("revocations").EnumerateObject().Select(entry => entry.Name)],
            ends,
            json.GetProperty("mark").GetString()!)
        {
            Since = json.TryGetProperty("since", out var from) ? from.GetString() : null,
            ETag = response.Headers.ETag!,
            Bytes = text.Length,
        };
    }

    private async Task<HttpStatusCode> StatusAsync(string query, EntityTagHeaderValue etag)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri("/oauth/revocations" + query, UriKind.Relative));
        request.Headers.IfNoneMatch.Add(etag);
        using var response = await _server.Http.SendAsync(request, Ct);
        return response.StatusCode;
    }

    private sealed record Answer(string[] Ids, Dictionary<string, long> Ends, string Mark)
    {
        public string? Since { get; init; }

        public required EntityTagHeaderValue ETag { get; init; }

        public int Bytes { get; init; }
    }
}
