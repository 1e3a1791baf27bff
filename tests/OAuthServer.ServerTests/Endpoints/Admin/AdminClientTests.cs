using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>Clients by the admin API: what is taken, what is not, and what is told.</summary>
public sealed class AdminClientTests(AdminServer server) : IClassFixture<AdminServer>
{
    private const string Clients = "/admin/api/clients";

    [Fact]
    [Row("ADM-02")]
    public async Task Only_the_members_meant_to_be_set_are_taken()
    {
        const string unwanted =
            """
            "id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "created_at": "2026-01-01T00:00:00Z", "disabled_at": null,
            "client_secret": "$2a$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVABCDEFGHIJ",
            "secret": {"hash": "$2a$10$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVABCDEFGHIJ"},
            "may_administer": true, "own_grant_id": null, "colour": "red", "name": "Again"
            """;
        string[] named =
        [
            "name",
            "id",
            "created_at",
            "disabled_at",
            "client_secret",
            "secret",
            "may_administer",
            "own_grant_id",
            "colour",
        ];
        var body = $$"""
            {"client_id": "mass", "name": "Mass", "redirect_uris": [], "allowed_scopes": ["read"], {{unwanted}}}
            """;

        var made = await server.CallAsync($"POST {Clients}", body);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (made.Status, made.Error));
        Assert.Equal(named, made.Named);
        Assert.Equal(
            0, await server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients WHERE client_id = 'mass'"));

        var tag = await AddAsync("mass-changed");
        var before = await RowAsync("mass-changed");
        var changed = await server.CallAsync(
            $"PUT {Clients}/mass-changed",
            body.Replace("\"mass\"", "\"mass-changed\"", StringComparison.Ordinal),
            tag: tag);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (changed.Status, changed.Error));
        Assert.Equal(named, changed.Named);
        Assert.Equal(before, await RowAsync("mass-changed"));
    }

    [Fact]
    [Row("ADM-03")]
    public async Task No_update_is_lost()
    {
        var first = await AddAsync("updated");
        var without = await server.CallAsync($"PUT {Clients}/updated", Body("updated", "Without"));
        Assert.Equal((428, "precondition_required"), ((int)without.Status, without.Error));

        var second = await server.CallAsync($"PUT {Clients}/updated", Body("updated", "Second"), tag: first);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        var old = await server.CallAsync($"PUT {Clients}/updated", Body("updated", "Third"), tag: first);
        Assert.Equal((HttpStatusCode.PreconditionFailed, "precondition_failed"), (old.Status, old.Error));

        var token = await server.TokenAsync();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(one =>
            server.CallAsync($"PUT {Clients}/updated", Body("updated", $"At once {one}"), token, second.Tag)));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], both.Select(reply => reply.Status).Order());

        var current = (await server.CallAsync($"GET {Clients}/updated")).Tag!;
        var last = await server.CallAsync($"PUT {Clients}/updated", Body("updated", "Last"), tag: current);
        Assert.Equal(HttpStatusCode.OK, last.Status);
        Assert.NotEqual(current, last.Tag);
        var again = await server.CallAsync($"PUT {Clients}/updated", Body("updated", "Last"), tag: last.Tag);
        Assert.Equal((HttpStatusCode.OK, last.Tag), (again.Status, again.Tag));
    }

    [Fact]
    [Row("ADM-04")]
    public async Task It_is_written_down_who_changed_what()
    {
        var tag = await AddAsync("written");
        await server.CallAsync($"PUT {Clients}/written", Body("written", "Other name"), tag: tag);
        await server.CallAsync($"POST {Clients}/written/rotate-secret");
        await server.CallAsync($"POST {Clients}/written/disable");
        var refused = await server.CallAsync($"PUT {Clients}/written", Body("written", "Refused"), tag: tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.Status);

        var rows = await server.Database.QueryAsync(
            "SELECT event, reason, detail, pseudonym, correlation_id FROM oauth_audit_events "
                + "WHERE client_id = 'written' ORDER BY id");
        Assert.Equal(
            ["client_created", "client_changed", "client_secret_rotated", "client_disabled"],
            rows.Select(row => row["event"]));
        var details = rows.Select(row => JsonDocument.Parse((string)row["detail"]!).RootElement).ToList();
        Assert.All(details, detail => Assert.Equal(AdminServer.Admin, detail.GetProperty("by").GetString()));
        var name = details[1].GetProperty("members").GetProperty("name");
        Assert.Equal(
            ("\"New app\"", "\"Other name\""),
            (name.GetProperty("before").GetString(), name.GetProperty("after").GetString()));
        Assert.Equal(
            "false", details[3].GetProperty("members").GetProperty("disabled").GetProperty("before").GetString());
        Assert.DoesNotContain("$2", string.Concat(rows.Select(row => row["detail"])), StringComparison.Ordinal);

        var call = refused.Message.Headers.GetValues("X-Correlation-Id").Single();
        var row = Assert.Single(
            await server.Database.QueryAsync(
                "SELECT event, reason, client_id, detail FROM oauth_audit_events WHERE correlation_id = $1", call));
        Assert.Equal(
            ("admin_refused", "precondition_stale", AdminServer.Admin, $"PUT {Clients}/written"),
            (row["event"], row["reason"], row["client_id"], row["detail"]));
    }

    [Fact]
    [Row("ADM-06")]
    public async Task Nobody_saws_off_the_branch()
    {
        var before = await RowAsync(AdminServer.Admin);
        var disabled = await server.CallAsync($"POST {Clients}/{AdminServer.Admin}/disable");
        Assert.Equal((HttpStatusCode.Conflict, "self_lockout"), (disabled.Status, disabled.Error));

        var tag = (await server.CallAsync($"GET {Clients}/{AdminServer.Admin}")).Tag;
        var taken = await server.CallAsync(
            $"PUT {Clients}/{AdminServer.Admin}", Body(AdminServer.Admin, "Without"), tag: tag);
        Assert.Equal((HttpStatusCode.Conflict, "self_lockout"), (taken.Status, taken.Error));
        Assert.Equal(before, await RowAsync(AdminServer.Admin));

        // The only one beside the caller that may see keys.
        await server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET may_administer = false WHERE client_id <> $1", AdminServer.Admin);
        await server.AddAdminAsync("last-one", "https://last.example/cb", "admin.clients.write admin.keys.read");
        await server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_scopes = array_remove(allowed_scopes, 'admin.keys.read') "
                + "WHERE client_id = $1", AdminServer.Admin);
        var last = await RowAsync("last-one");
        var lost = await server.CallAsync($"POST {Clients}/last-one/disable");
        Assert.Equal((HttpStatusCode.Conflict, "self_lockout"), (lost.Status, lost.Error));
        Assert.Equal(last, await RowAsync("last-one"));
        await server.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_scopes = allowed_scopes || '{admin.keys.read}'::text[] "
                + "WHERE client_id = $1", AdminServer.Admin);
    }

    /// <summary>Whoever could, would have its scopes.</summary>
    [Theory]
    [InlineData("POST", "/rotate-secret")]
    [InlineData("POST", "/disable")]
    [InlineData("PUT", "")]
    public async Task A_client_that_may_administer_is_changed_by_no_call(string method, string path)
    {
        var id = $"second-admin-{method}{path.Length}".ToLowerInvariant();
        await server.AddAdminAsync(id, "https://second.example/cb");
        var before = await RowAsync(id);
        object? body = method == "PUT"
            ? new
            {
                name = "Mine",
                redirect_uris = new[] { "https://evil.example/cb" },
                allowed_scopes = OAuthServer.Protocol.AdminScopes.All,
            }
            : null;
        var refused = await server.CallAsync($"{method} {Clients}/{id}{path}", body, tag: "*");
        Assert.Equal((HttpStatusCode.Conflict, "client_administers"), (refused.Status, refused.Error));
        Assert.Equal(before, await RowAsync(id));
    }

    [Theory]
    [Row("ADM-07")]
    [InlineData("""{"redirect_uris": ["https://app.example/cb#part"]}""", "redirect_uri_has_no_fragment")]
    [InlineData("""{"redirect_uris": ["https://app.example/*"]}""", "redirect_uri_has_no_wildcard")]
    [InlineData(
        """{"redirect_uris": ["http://app.example/cb"]}""",
        "redirect_uri_is_https_loopback_http_or_reverse_domain_scheme")]
    [InlineData("""{"redirect_uris": []}""", "redirect_uris_are_not_empty_for_the_code_grant")]
    [InlineData("""{"application_type": "browser", "require_pkce": false}""", "public_client_requires_pkce")]
    [InlineData("""{"allowed_scopes": []}""", "allowed_scopes_are_not_empty")]
    public async Task The_rules_are_those_of_the_table(string members, string rule)
    {
        var good = new Dictionary<string, object>
        {
            ["client_id"] = "ruled",
            ["name"] = "Ruled",
            ["redirect_uris"] = new[] { "https://app.example/cb" },
            ["allowed_scopes"] = new[] { "read" },
        };
        foreach (var member in JsonDocument.Parse(members).RootElement.EnumerateObject())
            good[member.Name] = member.Value;
        var refused = await server.CallAsync($"POST {Clients}", good);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (refused.Status, refused.Error));
        Assert.Equal([rule], refused.Named);
        Assert.Equal(
            0, await server.Database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients WHERE client_id = 'ruled'"));
    }

    [Fact, Row("ADM-07")]
    public async Task Redirect_URIs_are_those_that_the_table_takes()
    {
        string[] bad =
        [
            "/cb", "https://c.example/cb#f", "https://c.example/cb#", "https://*.example/cb",
            "https://u:p@c.example/cb",
            "https://c.example/a/../cb", "https://c.example/a b", "https://c.example/a\u0001", "http://c.example/cb",
            "myapp:/cb",
            "javascript:alert(1)", "data:,x", "file:///x", "vbscript:x", "blob:https://c.example/1", "about:blank",
        ];
        foreach (var uri in bad)
        {
            var refused = await server.CallAsync($"POST {Clients}", Native("bad", uri));
            Assert.True(
                (refused.Status, refused.Error) == (HttpStatusCode.BadRequest, "invalid_request"),
                $"{uri}: {refused.Body}");
            Assert.NotEmpty(refused.Named);
            Assert.All(refused.Named, rule => Assert.StartsWith("redirect_uri", rule, StringComparison.Ordinal));
        }

        string[] good = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb", "com.example.app:/cb"];
        foreach (var (uri, number) in good.Select((uri, number) => (uri, number)))
            Assert.Equal(
                HttpStatusCode.Created,
                (await server.CallAsync($"POST {Clients}", Native($"native-{number}", uri))).Status);

        static Dictionary<string, object> Native(string id, string uri) => new()
        {
            ["client_id"] = id,
            ["name"] = "An app",
            ["application_type"] = "native",
            ["redirect_uris"] = new[] { uri },
            ["allowed_scopes"] = new[] { "read" },
        };
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"client_id": "odd", "name": null, "redirect_uris": [null], "allowed_scopes": "read"}""")]
    [InlineData("""{"client_id": "odd", "name": "\ud800", "redirect_uris": [], "allowed_scopes": ["read"]}""")]
    [InlineData("""{"client_id": "odd", "name": "\u0000", "redirect_uris": [], "allowed_scopes": ["read"]}""")]
    [InlineData("""{"client_id": "o\u0000", "name": "odd", "redirect_uris": [], "allowed_scopes": ["read"]}""")]
    [InlineData(
        """
        {"client_id": "odd", "name": "odd", "redirect_uris": [], "allowed_scopes": ["read"],
        "jwks": {"keys": [{"n": 1e400000}]}}
        """)]
    [InlineData(
        """
        {"client_id": "odd", "name": "odd", "redirect_uris": [], "allowed_scopes": ["read"],
        "max_refresh_repeats": 99999999999}
        """)]
    [InlineData(
        """
        {"client_id": "odd", "name": "odd", "redirect_uris": [], "allowed_scopes": ["read"],
        "logo_uri": 5, "ümläut": {"a": {"a": 1, "a": 2}}}
        """)]
    public async Task Whatever_is_sent_is_no_fault_of_the_server(string body)
    {
        var made = await server.CallAsync($"POST {Clients}", body);
        Assert.True(made.Status == HttpStatusCode.BadRequest, $"{(int)made.Status} {made.Body}");
        var changed = await server.CallAsync($"PUT {Clients}/odd", body, tag: "\"x\"");
        Assert.True((int)changed.Status is 400 or 404, $"{(int)changed.Status} {changed.Body}");
    }

    [Theory]
    [InlineData("GET", "/admin/api/clients/nobody", 404)]
    [InlineData("GET", "/admin/api/clients/%ff%fe", 404)]
    [InlineData("PUT", "/admin/api/clients/%01", 404)]
    [InlineData("GET", "/admin/api/clients/%01", 404)]
    [InlineData("POST", "/admin/api/clients/nobody/disable", 404)]
    [InlineData("POST", "/admin/api/clients/nobody/rotate-secret", 404)]
    [InlineData("POST", "/admin/api/clients/demo-web/rotate-secret?keep_old=-1", 400)]
    [InlineData("POST", "/admin/api/clients/demo-spa/rotate-secret", 409)]
    [InlineData("GET", "/admin/api/clients?limit=0", 400)]
    [InlineData("GET", "/admin/api/clients?limit=x", 400)]
    [InlineData("GET", "/admin/api/clients?after=%00", 400)]
    [InlineData("PATCH", "/admin/api/clients/demo-web", 405)]
    [InlineData("DELETE", "/admin/api/clients/demo-web", 405)]
    [InlineData("GET", "/oauth/token", 404)]
    [InlineData("GET", "/", 404)]
    public async Task What_is_not_there_is_said_in_json(string method, string path, int status)
    {
        var answer = await server.CallAsync($"{method} {path}", tag: "*");
        Assert.Equal(status, (int)answer.Status);
        Assert.NotNull(answer.Error);
    }

    [Fact]
    public async Task The_list_comes_in_pages_that_name_each_client_once()
    {
        List<string> seen = [];
        var after = "";
        do
        {
            var page = (await server.CallAsync(
                $"GET {Clients}?limit=3&after={Uri.EscapeDataString(after)}")).Json!.Value;
            seen.AddRange(page.GetProperty("clients")
                .EnumerateArray()
                .Select(client => client.GetProperty("client_id").GetString()!));
            after = page.TryGetProperty("next", out var next) ? next.GetString()! : "";
        }
        while (after.Length > 0);
        var all = await server.Database.QueryAsync(
            "SELECT client_id FROM oauth_clients ORDER BY client_id COLLATE \"C\"");
        Assert.Equal(all.Select(row => (string)row["client_id"]!), seen);
    }

    [Fact]
    public async Task A_client_id_that_is_taken_is_not_taken_again()
    {
        await AddAsync("taken");
        var again = await server.CallAsync($"POST {Clients}", Body("taken", "Again"));
        Assert.Equal((HttpStatusCode.Conflict, "client_id_taken"), (again.Status, again.Error));
    }

    private static object Body(string id, string name) => new
    {
        client_id = id,
        name,
        redirect_uris = new[] { "https://new.example/cb" },
        allowed_scopes = new[] { "read" },
    };

    private async Task<string> AddAsync(string id)
    {
        var made = await server.CallAsync($"POST {Clients}", Body(id, "New app"));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        return made.Tag!;
    }

    private Task<string?> RowAsync(string id) =>
        server.Database.ScalarAsync<string>("SELECT c::text FROM oauth_clients AS c WHERE client_id = $1", id)!;
}
