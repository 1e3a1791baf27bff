using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>For each call of the admin API, requests that bring about what it alone answers.</summary>
internal static class AdminTries
{
    private const string Clients = "/admin/api/clients";
    private const string Accounts = "/admin/api/accounts";
    private const string Sessions = "/admin/api/sessions";
    private const string Old = "\"0\"";

    public static async Task<IReadOnlyList<(string Call, int Status, Sent Sent)>> AllAsync(AdminServer server)
    {
        var person = await AddAsync(server, "person@tries.example", false);
        var chief = await AddAsync(server, "chief@tries.example", true);
        var (live, theirs) = (await SessionAsync(server, person), await SessionAsync(server, chief));
        return
        [
            ("admin.sessions.list", 200, new("GET", $"{Sessions}?account={person}")),
            ("admin.sessions.list", 404, new("GET", $"{Sessions}?account={Guid.NewGuid()}")),
            ("admin.sessions.end", 404, new("POST", $"{Sessions}/{Guid.NewGuid()}/end")),
            ("admin.sessions.end", 409, new("POST", $"{Sessions}/{theirs}/end")),
            ("admin.sessions.end", 200, new("POST", $"{Sessions}/{live}/end")),
            .. OfClients(), .. OfAccounts(person, chief),
            .. Unreadable("admin.sessions.end_all", "POST", $"{Sessions}/end"),
            ("admin.sessions.end_all", 404, Body("POST", $"{Sessions}/end", $$"""{"account": "{{Guid.NewGuid()}}"}""")),
            ("admin.sessions.end_all", 409, Body("POST", $"{Sessions}/end", $$"""{"account": "{{chief}}"}""")),
            ("admin.sessions.end_all", 409, Body(
                "POST", $"{Sessions}/end", $$"""{"client_id": "{{AdminServer.Admin}}"}""")),
            ("admin.sessions.end_all", 200, Body(
                "POST", $"{Sessions}/end", $$"""{"account": "{{person}}", "all_access": true}""")),
            ("admin.sessions.end_all", 200, Body(
                "POST", $"{Sessions}/end", $$"""{"client_id": "{{TestData.Native}}"}""")),
            ("admin.resources.list", 200, new("GET", "/admin/api/resources")),
            ("admin.keys.list", 200, new("GET", "/admin/api/keys")),
            ("admin.audit.search", 200, new("GET", "/admin/api/audit?limit=1000")),
        ];
    }

    private static IEnumerable<(string, int, Sent)> OfClients()
    {
        const string body = """
            {"client_id": "tried", "name": "Tried", "redirect_uris": ["https://t.example/cb"],
            "allowed_scopes": ["read"]}
            """;
        const string one = $"{Clients}/tried";
        yield return ("admin.clients.create", 201, Body("POST", Clients, body));
        yield return ("admin.clients.create", 409, Body("POST", Clients, body));
        yield return ("admin.clients.create", 400, Body("POST", Clients, "{}"));
        foreach (var unreadable in Unreadable("admin.clients.create", "POST", Clients)) yield return unreadable;
        yield return ("admin.clients.list", 200, new("GET", Clients));
        yield return ("admin.clients.get", 200, new("GET", one));
        yield return ("admin.clients.get", 404, new("GET", $"{Clients}/nobody"));
        yield return ("admin.clients.replace", 428, Body("PUT", one, body));
        yield return ("admin.clients.replace", 412, Body("PUT", one, body, Old));
        yield return (
            "admin.clients.replace",
            404,
            Body("PUT", $"{Clients}/nobody", body.Replace("tried", "nobody", StringComparison.Ordinal), "*"));
        yield return ("admin.clients.replace", 409, Body(
            "PUT",
            $"{Clients}/{AdminServer.Admin}",
            body.Replace("tried", AdminServer.Admin, StringComparison.Ordinal),
            "*"));
        yield return ("admin.clients.replace", 200, Body("PUT", one, body, "*"));
        foreach (var (call, status, sent) in Unreadable("admin.clients.replace", "PUT", one))
            yield return (call, status, sent with { Tag = "*" });
        foreach (var (name, path) in new[]
        {
            ("rotate", "rotate-secret"),
            ("disable", "disable"),
            ("enable", "enable"),
        })
        {
            yield return ($"admin.clients.{name}", 200, new("POST", $"{one}/{path}"));
            yield return ($"admin.clients.{name}", 404, new("POST", $"{Clients}/nobody/{path}"));
            yield return ($"admin.clients.{name}", 409, new("POST", $"{Clients}/{AdminServer.Admin}/{path}"));
            yield return ($"admin.clients.{name}", 412, new("POST", $"{one}/{path}") { Tag = Old });
        }
    }

    private static IEnumerable<(string, int, Sent)> OfAccounts(Guid person, Guid chief)
    {
        const string made = """{"email": "made@tries.example", "name": "Made", "email_verified": true}""";
        yield return ("admin.accounts.create", 201, Body("POST", Accounts, made));
        yield return ("admin.accounts.create", 409, Body("POST", Accounts, made));
        yield return ("admin.accounts.create", 400, Body("POST", Accounts, """{"email": "no address"}"""));
        foreach (var unreadable in Unreadable("admin.accounts.create", "POST", Accounts)) yield return unreadable;
        yield return (
            "admin.accounts.invite", 201, Body("POST", $"{Accounts}/invite", """{"email": "invited@tries.example"}"""));
        yield return (
            "admin.accounts.invite", 409, Body("POST", $"{Accounts}/invite", """{"email": "made@tries.example"}"""));
        foreach (var unreadable in Unreadable("admin.accounts.invite", "POST", $"{Accounts}/invite"))
            yield return unreadable;
        yield return ("admin.accounts.list", 200, new("GET", Accounts));
        yield return ("admin.accounts.get", 200, new("GET", $"{Accounts}/{person}"));
        yield return ("admin.accounts.get", 404, new("GET", $"{Accounts}/nobody"));
        (string Name, string Path, bool HasBody)[] changes =
        [
            ("disable", "disable", false), ("enable", "enable", false), ("unlock", "unlock", false),
            ("factors.remove", "remove-factors", false),
            ("password.reset", "reset-password", true), ("sign_out", "sign-out", true),
        ];
        foreach (var (name, path, hasBody) in changes)
        {
            yield return ($"admin.accounts.{name}", 200, new("POST", $"{Accounts}/{person}/{path}"));
            yield return ($"admin.accounts.{name}", 404, new("POST", $"{Accounts}/{Guid.NewGuid()}/{path}"));
            yield return ($"admin.accounts.{name}", 409, new("POST", $"{Accounts}/{chief}/{path}"));
            yield return ($"admin.accounts.{name}", 412, new("POST", $"{Accounts}/{person}/{path}") { Tag = Old });
            if (!hasBody) continue;
            foreach (var unreadable in Unreadable($"admin.accounts.{name}", "POST", $"{Accounts}/{person}/{path}"))
                yield return unreadable;
        }

        yield return (
            "admin.accounts.password.reset",
            200,
            Body("POST", $"{Accounts}/{person}/reset-password", """{"generate": true}"""));
    }

    private static IEnumerable<(string, int, Sent)> Unreadable(string call, string method, string path)
    {
        yield return (call, 413, Body(method, path, $$"""{"name": "{{new string('x', 70_000)}}"}"""));
        yield return (call, 415, Body(method, path, "{}") with { Type = "text/plain" });
    }

    private static Sent Body(string method, string path, string body, string? tag = null) =>
        new(method, path) { Body = body, Tag = tag };

    private static async Task<Guid> AddAsync(AdminServer server, string email, bool operates)
    {
        var id = await server.Database.ScalarAsync<Guid>(
            "INSERT INTO accounts (email, password_hash) VALUES ($1, (SELECT password_hash FROM accounts "
                + "WHERE password_hash IS NOT NULL LIMIT 1)) RETURNING id", email);
        if (operates) await server.Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", id);
        return id;
    }

    private static Task<Guid> SessionAsync(AdminServer server, Guid person) => server.Database.ScalarAsync<Guid>(
        "INSERT INTO account_sessions (id, user_id, kept, ends_at) "
            + "VALUES (gen_random_uuid(), $1, false, now() + interval '1 hour') RETURNING id", person);
}
