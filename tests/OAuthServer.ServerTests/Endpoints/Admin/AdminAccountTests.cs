using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>People and their sessions by the admin API.</summary>
public sealed class AdminAccountTests(LoggedAdminServer server) : IClassFixture<LoggedAdminServer>
{
    private const string Accounts = "/admin/api/accounts";
    private const string Sessions = "/admin/api/sessions";
    private const string Scopes = "admin.accounts.read admin.accounts.write admin.sessions.read admin.sessions.write";
    private const string Password = "a quiet harbour 7";

    private int _people;

    /// <summary>As with clients: what is not the caller's to set is named, and nothing is stored.</summary>
    [Fact]
    public async Task Only_the_members_meant_to_be_set_are_taken()
    {
        const string unwanted = """
            "id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "password_hash": "AQAA", "security_stamp": "x",
              "disabled_at": null,
            "is_operator": true, "created_at": "2026-01-01T00:00:00Z", "colour": "red", "email": "twice@people.example"
            """;
        foreach (var path in new[] { Accounts, $"{Accounts}/invite" })
        {
            var refused = await CallAsync($"POST {path}", $$"""{"email": "mass@people.example", {{unwanted}}}""");
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (refused.Status, refused.Error));
            Assert.Equal(
                [
                    "email",
                    "id",
                    "password_hash",
                    "security_stamp",
                    "disabled_at",
                    "is_operator",
                    "created_at",
                    "colour",
                ],
                refused.Named);
        }

        Assert.Equal(
            0L, await server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE email LIKE 'mass@%'"));
    }

    [Fact]
    public async Task A_password_is_told_once_and_signs_in()
    {
        var made = await CallAsync(
            $"POST {Accounts}", """{"email": "told@people.example", "name": "Told", "email_verified": true}""");
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        Assert.True(made.Message.Headers.CacheControl!.NoStore);
        var first = made.Json!.Value.GetProperty("password").GetString()!;
        var path = made.Message.Headers.Location!.OriginalString;
        using (var browser = new TestBrowser(server.Server)) await browser.SignInAsync("told@people.example", first);

        var reset = await CallAsync($"POST {path}/reset-password", """{"generate": true}""", made.Tag);
        var second = reset.Json!.Value.GetProperty("password").GetString()!;
        Assert.Equal(0, reset.Json.Value.GetProperty("sessions").GetInt32());
        using (var browser = new TestBrowser(server.Server)) await browser.SignInAsync("told@people.example", second);

        var read = await CallAsync($"GET {path}");
        var listed = await CallAsync($"GET {Accounts}?email=TOLD@people.example");
        var audit = await server.Database.ScalarAsync<string>(
            "SELECT string_agg(e::text, ' ') FROM oauth_audit_events AS e");
        var log = string.Join('\n', server.Log.Events);
        var hash = await server.Database.ScalarAsync<string>(
            "SELECT password_hash FROM accounts WHERE email = 'told@people.example'");
        Assert.All([read.Body, listed.Body, audit!, log], text => Assert.All(
            [first, second, hash!], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.Equal(
            "told@people.example",
            Assert.Single(listed.Json!.Value.GetProperty("accounts").EnumerateArray())
                .GetProperty("email")
                .GetString());
    }

    [Fact]
    public async Task It_is_written_down_who_changed_what()
    {
        var (id, path) = await PersonAsync();
        await CallAsync($"POST {path}/disable");
        await CallAsync($"POST {path}/disable");
        await CallAsync($"POST {path}/enable");
        await CallAsync($"POST {path}/reset-password", "{}");
        var rows = await server.Database.QueryAsync(
            "SELECT event, detail FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) "
                + "AND event LIKE ANY ('{account_%abled,password_%}') ORDER BY id",
            id);
        Assert.Equal(["account_disabled", "account_enabled", "password_link_sent"], rows.Select(row => row["event"]));
        var details = rows.Select(row => JsonDocument.Parse((string)row["detail"]!).RootElement).ToList();
        Assert.All(details, detail => Assert.Equal(AdminServer.Admin, detail.GetProperty("by").GetString()));
        var disabled = details[0].GetProperty("members").GetProperty("disabled");
        Assert.Equal(
            ("false", "true"), (disabled.GetProperty("before").GetString(), disabled.GetProperty("after").GetString()));
        Assert.Equal(
            2L,
            await server.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event = 'access_ended' "
                    + "AND detail LIKE '%by operator%ops-console%'",
                id));
    }

    [Fact]
    public async Task No_update_is_lost()
    {
        var (_, path) = await PersonAsync();
        var first = (await CallAsync($"GET {path}")).Tag!;
        var disabled = await CallAsync($"POST {path}/disable", tag: first);
        Assert.Equal(
            (HttpStatusCode.OK, true), (disabled.Status, disabled.Json!.Value.GetProperty("changed").GetBoolean()));
        var stale = await CallAsync($"POST {path}/enable", tag: first);
        Assert.Equal((HttpStatusCode.PreconditionFailed, "precondition_failed"), (stale.Status, stale.Error));
        var both = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => CallAsync($"POST {path}/enable", tag: disabled.Tag)));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], both.Select(reply => reply.Status).Order());
        var again = await CallAsync($"POST {path}/enable");
        Assert.False(again.Json!.Value.GetProperty("changed").GetBoolean());
    }

    /// <summary>Whoever could would have what that operator has.</summary>
    [Theory]
    [InlineData("disable"), InlineData("enable"), InlineData(
        "unlock"), InlineData("reset-password"), InlineData("sign-out"), InlineData("remove-factors")]
    public async Task The_account_of_an_operator_is_changed_by_no_call(string change)
    {
        var (id, path) = await PersonAsync();
        await server.Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", id);
        await server.Database.ExecuteAsync("UPDATE accounts SET access_failed_count = 3 WHERE id = $1", id);
        var before = await server.Database.ScalarAsync<string>("SELECT a::text FROM accounts AS a WHERE id = $1", id);
        var refused = await CallAsync($"POST {path}/{change}", "{}");
        Assert.Equal((HttpStatusCode.Conflict, "account_operates"), (refused.Status, refused.Error));
        Assert.Equal(
            before, await server.Database.ScalarAsync<string>("SELECT a::text FROM accounts AS a WHERE id = $1", id));
        Assert.Equal("account_operates", await server.Database.ScalarAsync<string>(
            "SELECT reason FROM oauth_audit_events WHERE event = 'admin_refused' AND correlation_id = $1",
            refused.Message.Headers.GetValues("X-Correlation-Id").Single()));
    }

    [Fact]
    public async Task What_a_person_has_ends_when_the_account_is_disabled()
    {
        var (id, path) = await PersonAsync();
        var email = await server.Database.ScalarAsync<string>("SELECT email FROM accounts WHERE id = $1", id);
        using var browser = new TestBrowser(server.Server);
        await browser.SignInAsync(email!, Password);
        var code = (await browser.AuthorizeAsync(new AuthorizationAsk())).Code;
        var tokens = await server.Server.RedeemAsync(code);
        Assert.NotNull(tokens.RefreshToken);
        await CallAsync($"POST {path}/disable");
        Assert.Equal("invalid_grant", (await server.Server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(0L, await server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM account_sessions WHERE user_id = $1 AND ended_at IS NULL", id));
    }

    [Fact]
    public async Task Sessions_are_shown_and_end_one_by_one_or_all()
    {
        var (id, path) = await PersonAsync();
        var email = await server.Database.ScalarAsync<string>("SELECT email FROM accounts WHERE id = $1", id);
        using var one = new TestBrowser(server.Server);
        await one.SignInAsync(email!, Password);
        using var two = new TestBrowser(server.Server);
        await two.SignInAsync(email!, Password);
        var live = (await CallAsync($"GET {Sessions}?account={id}")).Json!.Value.GetProperty("sessions")
            .EnumerateArray()
            .Select(session => session.GetProperty("id").GetGuid())
            .ToList();
        Assert.Equal(2, live.Count);
        var ended = await CallAsync($"POST {Sessions}/{live[0]}/end");
        Assert.Equal((HttpStatusCode.OK, 1), (ended.Status, ended.Json!.Value.GetProperty("sessions").GetInt32()));
        Assert.Equal(HttpStatusCode.NotFound, (await CallAsync($"POST {Sessions}/{live[0]}/end")).Status);
        Assert.Equal(
            "operator",
            await server.Database.ScalarAsync<string>("SELECT ended_by FROM account_sessions WHERE id = $1", live[0]));
        var all = await CallAsync($"POST {Sessions}/end", $$"""{"account": "{{id}}"}""");
        Assert.Equal(1, all.Json!.Value.GetProperty("sessions").GetInt32());
        Assert.Equal(0, (await CallAsync($"GET {path}")).Json!.Value.GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task All_that_a_client_has_of_people_ends_and_what_others_have_stays()
    {
        var (id, _) = await PersonAsync();
        var email = await server.Database.ScalarAsync<string>("SELECT email FROM accounts WHERE id = $1", id);
        using var browser = new TestBrowser(server.Server);
        await browser.SignInAsync(email!, Password);
        var tokens = await server.Server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var other = await server.Server.RedeemPublicAsync(
            (await browser.AuthorizeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri))).Code!,
            TestData.Spa);
        var ended = await CallAsync($"POST {Sessions}/end", $$"""{"client_id": "{{TestData.Web}}"}""");
        Assert.True(ended.Status == HttpStatusCode.OK, ended.Body);
        Assert.False(ended.Json!.Value.GetProperty("more").GetBoolean());
        Assert.Equal("invalid_grant", (await server.Server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.NotNull((await server.Server.RefreshAsync(other.RefreshToken, TestData.Spa)).AccessToken);
        var admin = await CallAsync($"POST {Sessions}/end", $$"""{"client_id": "{{AdminServer.Admin}}"}""");
        Assert.Equal((HttpStatusCode.Conflict, "client_administers"), (admin.Status, admin.Error));
    }

    [Fact]
    public async Task The_list_comes_in_pages_that_name_each_account_once()
    {
        await PersonAsync();
        List<Guid> seen = [];
        var after = "";
        do
        {
            var page = (await CallAsync($"GET {Accounts}?limit=2{after}")).Json!.Value;
            seen.AddRange(
                page.GetProperty("accounts").EnumerateArray().Select(account => account.GetProperty("id").GetGuid()));
            after = page.TryGetProperty("next", out var next) ? $"&after={next.GetString()}" : "";
        }
        while (after.Length > 0);
        Assert.Equal(
            (await server.Database.QueryAsync("SELECT id FROM accounts ORDER BY id")).Select(row => (Guid)row["id"]!),
            seen);
    }

    [Theory]
    [InlineData("""{"email": "nobody"}""", "accounts_email_is_not_an_address")]
    [InlineData("""{"email": "x@y.example", "password": "too short"}""", "password")]
    [InlineData("""{"email": "x@y.example", "password": "password1234567"}""", "password")]
    [InlineData("""{"email": "x\u0000@y.example"}""", "email")]
    [InlineData("""{"email": "x@y.example", "name": "a\u0000b"}""", "name")]
    [InlineData("""{"email": null}""", "email")]
    [InlineData("""{"email": ["x@y.example"]}""", "email")]
    [InlineData("""{}""", "email")]
    public async Task What_is_no_account_is_refused_by_name(string body, string named)
    {
        var refused = await CallAsync($"POST {Accounts}", body);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (refused.Status, refused.Error));
        Assert.Equal([named], refused.Named);
    }

    [Fact]
    public async Task Each_half_takes_a_scope_of_its_own()
    {
        var (_, path) = await PersonAsync();
        var reader = await server.TokenAsync("admin.accounts.read admin.sessions.read");
        Assert.Equal(HttpStatusCode.OK, (await server.CallAsync($"GET {path}", token: reader)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.CallAsync($"POST {path}/disable", token: reader)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await server.CallAsync($"POST {Sessions}/{Guid.NewGuid()}/end", token: reader)).Status);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await server.CallAsync($"GET {path}", token: await server.TokenAsync())).Status);
    }

    private async Task<(Guid Id, string Path)> PersonAsync()
    {
        var made = await CallAsync(
            $"POST {Accounts}",
            $$"""
            {"email": "p{{Interlocked.Increment(ref _people)}}-{{Guid.NewGuid():n}}@persons.example",
            "password": "{{Password}}"}
            """);
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        Assert.False(made.Json!.Value.TryGetProperty("password", out _));
        var id = made.Json.Value.GetProperty("account").GetProperty("id").GetGuid();
        return (id, $"{Accounts}/{id}");
    }

    private async Task<AdminReply> CallAsync(string call, object? body = null, string? tag = null) =>
        await server.CallAsync(call, body, await server.TokenAsync(Scopes), tag);
}
