using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>Clients that have keys instead of a secret, as the commands show and change them.</summary>
public sealed class ClientKeyCommandTests : IAsyncLifetime
{
    private readonly AppKey _key = AppKey.Create("ES256", "one");
    private readonly AppKey _next = AppKey.Create("PS256", "two");

    private AcmeClients _acme = null!;

    public async ValueTask InitializeAsync() => _acme = await AcmeClients.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _next.Dispose();
        return _acme.DisposeAsync();
    }

    [Fact]
    public async Task A_file_registers_keys_and_a_second_apply_changes_nothing()
    {
        var created = await _acme.RunFileAsync(
            "apply", File(_key.Jwks, ", \"token_endpoint_auth_signing_alg\": \"ES256\""));
        Assert.Equal((0, ""), (created.Code, created.Error));
        Assert.Matches(
            "^ *jwks: \\[\"one, EC P-256, thumbprint [A-Za-z0-9_-]{43}\"\\]$",
            Assert.Single(created.Lines, line => line.Contains("jwks:", StringComparison.Ordinal)));
        Assert.True(await _acme.IsAsync("client_secret IS NULL AND jwks -> 'keys' -> 0 ->> 'kid' = 'one'"));

        var again = await _acme.RunFileAsync(
            "plan", File($" {_key.Jwks} ", ", \"token_endpoint_auth_signing_alg\": \"ES256\""));
        Assert.Equal((0, "To change: 0 rows."), (again.Code, again.Output.Trim()));

        var rotated = await _acme.RunFileAsync("apply", File(AppKey.SetOf(_key, _next)));
        Assert.Equal(0, rotated.Code);
        Assert.Contains("two, RSA 2048 bits, thumbprint", rotated.Output, StringComparison.Ordinal);
        Assert.Contains("token_endpoint_auth_signing_alg: \"ES256\" -> null", rotated.Output, StringComparison.Ordinal);
        Assert.Equal(1, await _acme.CountAsync("oauth_audit_events WHERE event = 'client_changed'"));
    }

    [Fact]
    public async Task A_client_that_gets_keys_loses_its_secrets_and_the_other_way_round()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        var keyed = await _acme.RunFileAsync("apply", File(_key.Jwks));
        Assert.Contains("secret: there -> removed", keyed.Output, StringComparison.Ordinal);
        Assert.True(await _acme.IsAsync("client_secret IS NULL AND jwks IS NOT NULL"));

        await _acme.ApplyAsync(AcmeClients.File());
        Assert.True(await _acme.IsAsync("client_secret IS NOT NULL AND jwks IS NULL"));
    }

    [Fact]
    public async Task Faults_of_keys_are_named_and_no_key_is_shown()
    {
        foreach (var (file, rule) in (IEnumerable<(string, string)>)
        [
            (
                AcmeClients.File(more: $", \"jwks\": {_key.Jwks}"),
                "clients[0] breaks the rule client_with_keys_has_no_secret."),
            (
                File($$"""{"keys":[{{_key.PrivateJwk}}]}"""),
                "clients[0] breaks the rule jwks_holds_no_private_or_shared_key."),
            (File("\"x\""), "clients[0] breaks the rule jwks_is_an_object_with_a_list_of_1_to_20_keys."),
            (
                File(_key.Jwks, ", \"jwks_uri\": \"https://keys.example/\""),
                "clients[0] breaks the rule client_has_jwks_or_jwks_uri_and_not_both."),
            (File("null", ", \"jwks_uri\": \"http://keys.example/\""), "clients[0] breaks the rule jwks_uri_is_https."),
        ])
        {
            var run = await _acme.RunFileAsync("apply", file);
            Assert.Equal((1, rule), (run.Code, run.Error.Trim()));
        }

        Assert.Equal(0, await _acme.CountAsync("oauth_clients"));
    }

    [Fact]
    public async Task List_show_lint_and_rotate_know_keys()
    {
        await _acme.ApplyAsync(File(AppKey.SetOf(_key, _next)));
        await _acme.Database.AddKeyClientAsync("far", null, "https://127.0.0.1/jwks");

        var listed = await _acme.RunAsync("list");
        Assert.Matches(
            "^acme +web +enabled +2 keys +- +Acme$",
            Assert.Single(listed.Lines, line => line.StartsWith("acme ", StringComparison.Ordinal)));
        Assert.Matches(
            "^far +web +enabled +jwks_uri +- +far$",
            Assert.Single(listed.Lines, line => line.StartsWith("far ", StringComparison.Ordinal)));
        var shown = await _acme.RunAsync("show", "acme");
        Assert.Matches(
            "^key +one, EC P-256, thumbprint [A-Za-z0-9_-]{43}$",
            Assert.Single(shown.Lines, line => line.Contains("one,", StringComparison.Ordinal)));
        Assert.Matches(
            "^jwks_uri +https://127.0.0.1/jwks$",
            Assert.Single(
                (await _acme.RunAsync("show", "far")).Lines,
                line => line.StartsWith("jwks_uri", StringComparison.Ordinal)));
        var json = (await _acme.RunAsync("show", "acme", "--json")).Json;
        Assert.Equal(
            ["one", "two"],
            json.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()));
        Assert.Equal((0, true), (
            json.GetProperty("secrets").GetArrayLength(),
            json.GetProperty("jwks_uri").ValueKind == System.Text.Json.JsonValueKind.Null));

        var lint = await _acme.RunAsync("lint");
        Assert.Contains("far  jwks_uri_not_public:", lint.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("no_live_secret", lint.Output, StringComparison.Ordinal);

        var rotate = await _acme.RunAsync("rotate-secret", "acme");
        Assert.Equal((1, ""), (rotate.Code, rotate.Output));
        Assert.Contains("has keys and no secret", rotate.Error, StringComparison.Ordinal);
        Assert.True(await _acme.IsAsync("client_secret IS NULL"));
    }

    private static string File(string jwks, string more = "") =>
        $$"""
        { "clients": [ { "client_id": "acme", "name": "Acme",
          "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
            "allowed_scopes": ["read"], "jwks": {{jwks}}{{more}} } ] }
        """;
}
