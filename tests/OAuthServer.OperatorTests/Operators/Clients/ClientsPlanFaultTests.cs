namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>What <c>clients plan</c> and <c>clients apply</c> say of a file that cannot be applied.</summary>
public sealed class ClientsPlanFaultTests : IAsyncLifetime
{
    private AcmeClients _acme = null!;

    public async ValueTask InitializeAsync() => _acme = await AcmeClients.CreateAsync();

    public ValueTask DisposeAsync() => _acme.DisposeAsync();

    [Fact]
    public async Task Every_fault_of_the_file_and_of_the_schema_is_listed_at_once_and_nothing_is_changed()
    {
        const string file = """
            { "clients": [
                { "client_id": "good", "name": "Good", "application_type": "browser",
                  "redirect_uris": ["https://good.example/cb"], "allowed_scopes": ["read"] },
                { "client_id": "bad", "name": "Bad", "application_type": "browser",
                  "redirect_uris": ["javascript:alert(1)#x"], "allowed_scopes": [], "default_scopes": ["admin"],
                  "require_pkce": false },
                { "client_id": "lost", "name": "Lost", "redirect_uris": ["https://lost.example/cb"],
                  "allowed_scopes": ["read"] },
                { "client_id": "none", "name": "None", "redirect_uris": ["https://none.example/cb"],
                  "allowed_scopes": ["read"], "secret": { "env": "MISSING" } }
            ] }
            """;

        var planned = await _acme.RunFileAsync("plan", file);
        var applied = await _acme.RunFileAsync("apply", file);

        Assert.Equal((1, 1), (planned.Code, applied.Code));
        Assert.Equal(planned.Error, applied.Error);
        string[] expected =
        [
            "clients[3].secret.env: the environment variable of this name is not set, or empty.",
            "clients[1] breaks the rule allowed_scopes_are_not_empty.",
            "clients[1] breaks the rule default_scopes_are_among_allowed_scopes.",
            "clients[1] breaks the rule public_client_requires_pkce.",
            "clients[1] breaks the rule redirect_uri_has_no_fragment.",
            "clients[1] breaks the rule redirect_uri_is_https_loopback_http_or_reverse_domain_scheme.",
            "clients[2] breaks the rule web_client_has_a_secret_or_keys.",
            "clients[3] breaks the rule web_client_has_a_secret_or_keys.",
        ];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            planned.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal(0, await _acme.CountAsync("oauth_clients"));
    }

    [Fact]
    public async Task A_file_of_another_shape_is_1_with_the_path()
    {
        const string file = """{ "clients": [ { "client_id": "a", "redirect_uri": "x" } ] }""";

        var run = await _acme.RunFileAsync("apply", file);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith("clients[0].redirect_uri is unknown. The members are", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_stands_in_the_file_twice_is_a_fault_whether_it_is_registered_or_not()
    {
        var one = AcmeClients.File().Split("[ ", 2)[1].Split(" ] }")[0];
        var twice = $$"""{ "clients": [ {{one}}, {{one}} ] }""";
        foreach (var known in (bool[])[false, true])
        {
            if (known) await _acme.ApplyAsync(AcmeClients.File());
            var run = await _acme.RunFileAsync("plan", twice);

            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.Equal("clients[0] and clients[1] have the same client_id.", run.Error.Trim());
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var run = await _acme.RunAsync("plan", "/no/such/file.json");

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith("The file cannot be read: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("/no/such/file.json", run.Error, StringComparison.Ordinal);
    }
}
