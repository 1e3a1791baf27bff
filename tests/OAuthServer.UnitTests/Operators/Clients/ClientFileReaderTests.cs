using OAuthServer.Clients.Editing;
using OAuthServer.UnitTests.Documentation;

namespace OAuthServer.UnitTests.Operators.Clients;

/// <summary>
/// The file of <c>clients plan</c>: what is wrong with it is said with its path, and never with its value.
/// </summary>
public sealed class ClientFileReaderTests
{
    private const string Hash = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";
    private const string Least =
        """ "client_id": "a", "name": "A", "redirect_uris": ["https://a.example/cb"], "allowed_scopes": ["read"] """;

    private const string List = "clients must be a list of clients, and stand there once. (line 1)";
    private const string Required = "client_id, name, redirect_uris, allowed_scopes";

    [Fact]
    public void What_is_left_out_is_the_default_of_its_column()
    {
        var file = Read($$"""{ "clients": [ { {{Least}} } ] }""");

        Assert.Empty(file.Faults);
        var client = Assert.Single(file.Clients);
        Assert.Equal(("clients[0]", "a", "A"), (client.Place, client.ClientId, client.Entry.Name));
        Assert.Equal(["https://a.example/cb"], client.Entry.RedirectUris);
        Assert.Equal(["read"], client.Entry.AllowedScopes);
        Assert.Equal("web", client.Entry.ApplicationType);
        Assert.Equal(["authorization_code", "refresh_token"], client.Entry.GrantTypes);
        Assert.Empty(client.Entry.DefaultScopes);
        Assert.True(client.Entry.RequirePkce);
        Assert.Null(client.Entry.Disabled);
        Assert.Null(client.Secret);
    }

    [Fact]
    public void Every_member_is_read()
    {
        var file = Read(
            """
            { "clients": [ {
                "client_id": "a", "name": "A", "application_type": "native", "redirect_uris": ["com.example.a:/cb"],
                "allowed_scopes": ["read", "write"], "default_scopes": ["read"], "grant_types": ["authorization_code"],
                "require_pkce": false, "disabled": true, "secret": { "env": "GOOD" },
                "app_origins": ["tauri://localhost"], "accepted_schemes": ["cursor"],
                "max_refresh_repeats": 5, "require_pushed_authorization_requests": true, "claims_in_id_token": true,
                "jwks": { "keys": [{ "kty": "EC" }] }, "jwks_uri": "https://a.example/jwks",
                "token_endpoint_auth_signing_alg": "ES256",
                "backchannel_logout_uri": "https://a.example/logout",
                  "post_logout_redirect_uris": ["https://a.example/bye"]
            } ] }
            """);

        Assert.Empty(file.Faults);
        var client = Assert.Single(file.Clients);
        Assert.Equal("native", client.Entry.ApplicationType);
        Assert.Equal(["read"], client.Entry.DefaultScopes);
        Assert.Equal(["authorization_code"], client.Entry.GrantTypes);
        Assert.False(client.Entry.RequirePkce);
        Assert.Equal(["tauri://localhost"], client.Entry.AppOrigins);
        Assert.Equal(["cursor"], client.Entry.AcceptedSchemes);
        Assert.Equal(5, client.Entry.MaxRefreshRepeats);
        Assert.True(client.Entry.RequirePushedAuthorizationRequests);
        Assert.True(client.Entry.ClaimsInIdToken);
        Assert.Equal("""{ "keys": [{ "kty": "EC" }] }""", client.Entry.Jwks?.GetRawText());
        Assert.Equal("https://a.example/logout", client.Entry.BackchannelLogoutUri);
        Assert.Equal(["https://a.example/bye"], client.Entry.PostLogoutRedirectUris);
        Assert.Equal(
            ("https://a.example/jwks", "ES256"), (client.Entry.JwksUri, client.Entry.TokenEndpointAuthSigningAlg));
        Assert.True(client.Entry.Disabled);
        Assert.NotNull(client.Secret);
    }

    [Theory]
    [InlineData("""[]""", """The file must be an object with a list of clients: { "clients": [ … ] }. (line 1)""")]
    [InlineData("""{}""", """The file must be an object with a list of clients: { "clients": [ … ] }. (line 1)""")]
    [InlineData("""null""", """The file must be an object with a list of clients: { "clients": [ … ] }.""")]
    [InlineData("""{ "clients": {} }""", List)]
    [InlineData("""{ "clients": null }""", List)]
    [InlineData("""{ "clients": [], "clients": [] }""", List)]
    [InlineData("""{ "clients": [], "client": [] }""", "client is unknown. The members are clients. (line 1)")]
    [InlineData("""{ "clients": [ 1 ] }""", $"clients[0] must be an object that has {Required}. (line 1)")]
    [InlineData("""{ "clients": [ null ] }""", $"clients[0] must be an object that has {Required}.")]
    [InlineData("{ \"clients\": [\n{\"name\":\"a\"}]}", $"clients[0] must be an object that has {Required}. (line 2)")]
    [InlineData("{ \"clients\": [\n  oops ] }", "The file is no JSON: line 2, byte 3.")]
    [InlineData("{ \"clients\": [], }", "The file is no JSON: line 1, byte 18.")]
    [InlineData("", "The file is no JSON: line 1, byte 1.")]
    public void A_file_of_another_shape_is_refused(string json, string fault) =>
        Assert.Equal([fault], Read(json).Faults);

    [Theory]
    [InlineData(""" "client_ID": "b" """, "clients[0].client_ID is unknown. The members are client_id, name,")]
    [InlineData(""" "client.id": "b" """, "clients[0]['client.id'] is unknown.")]
    [InlineData(""" "client['id": "b" """, "clients[0]['client['id'] is unknown.")]
    [InlineData(
        """ "allowed_scopes": ["write"] """,
        "clients[0].allowed_scopes must be a list of strings, and stand there once.")]
    [InlineData(""" "grant_types": "all" """, "clients[0].grant_types must be a list of strings,")]
    [InlineData(""" "default_scopes": ["read", 7] """, "clients[0].default_scopes[1] must be a string")]
    [InlineData(""" "default_scopes": ["read", null] """, "clients[0].default_scopes[1] must be a string")]
    [InlineData(""" "default_scopes": ["read", "read"] """, "clients[0].default_scopes names something twice.")]
    [InlineData(""" "default_scopes": null """, "clients[0].default_scopes must be a list of strings,")]
    [InlineData(""" "application_type": null """, "clients[0].application_type must be a string,")]
    [InlineData(""" "require_pkce": "no" """, "clients[0].require_pkce must be true or false,")]
    [InlineData(""" "max_refresh_repeats": "5" """, "clients[0].max_refresh_repeats must be a whole number or null,")]
    [InlineData(""" "max_refresh_repeats": 1.5 """, "clients[0].max_refresh_repeats must be a whole number or null,")]
    [InlineData(""" "jwks_uri": 5 """, "clients[0].jwks_uri must be a string,")]
    [InlineData(""" "jwks_uri": "https://a\u0000" """, "clients[0].jwks_uri must not contain NUL.")]
    [InlineData(
        """ "backchannel_logout_uri": "https://a\u0000" """, "clients[0].backchannel_logout_uri must not contain NUL.")]
    [InlineData(
        """ "post_logout_redirect_uris": ["a", "a"] """, "clients[0].post_logout_redirect_uris names something twice.")]
    [InlineData(
        """ "token_endpoint_auth_signing_alg": ["ES256"] """, "clients[0].token_endpoint_auth_signing_alg must be a")]
    [InlineData(
        """ "jwks": { "keys": [{ "kid": "a\u0000" }] } """, "clients[0].jwks must be written without \\u escapes.")]
    [InlineData(
        """ "jwks": { "keys": [], "keys": ["a-plain-secret-in-a-file"] } """, "clients[0].jwks must be a JWK Set")]
    [InlineData(""" "disabled": 0 """, "clients[0].disabled must be true or false,")]
    [InlineData(""" "application_type": "\ud800" """, "clients[0].application_type must be a string,")]
    [InlineData(""" "application_type": "w\u0000eb" """, "clients[0].application_type must not contain NUL.")]
    [InlineData(""" "app_origins": ["a\u0000"] """, "clients[0].app_origins[0] must not contain NUL.")]
    [InlineData(""" "accepted_schemes": ["a", "a"] """, "clients[0].accepted_schemes names something twice.")]
    [InlineData(""" "grant_types": ["a\u0000"] """, "clients[0].grant_types[0] must not contain NUL.")]
    [InlineData(
        """ "secret": "a-plain-secret-in-a-file" """,
        """clients[0].secret must be { "hash": "…" } or { "env": "NAME" }, never the secret itself,""")]
    [InlineData(""" "secret": {} """, "clients[0].secret must have either hash or env.")]
    [InlineData(""" "secret": { "hash": null } """, "clients[0].secret must have either hash or env.")]
    [InlineData(""" "secret": { "hash": "x", "env": "GOOD" } """, "clients[0].secret must have either hash or env.")]
    [InlineData(
        """ "secret": { "value": "a-plain-secret-in-a-file", "env": "GOOD" } """,
        "clients[0].secret.value is unknown. The members are hash, env.")]
    [InlineData(""" "secret": { "hash": 7 } """, "clients[0].secret.hash must be a string,")]
    [InlineData(
        """ "secret": { "hash": "a-plain-secret-in-a-file" } """, "clients[0].secret.hash must be a bcrypt hash")]
    [InlineData(""" "secret": { "env": "MISSING" } """, "clients[0].secret.env: the environment variable of this")]
    [InlineData(""" "secret": { "env": "EMPTY" } """, "clients[0].secret.env: the environment variable of this")]
    [InlineData(""" "secret": { "env": "SHORT" } """, "clients[0].secret.env: A client secret needs at least 16 ")]
    public void A_fault_names_its_path_and_never_repeats_a_value(string member, string fault)
    {
        var faults = Read($$"""{ "clients": [ { {{Least}}, {{member}} } ] }""").Faults;

        Assert.StartsWith(fault, Assert.Single(faults), StringComparison.Ordinal);
        Assert.DoesNotContain("a-plain-secret-in-a-file", faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_of_what_it_means_is_listed_at_once()
    {
        var file = Read(
            $$"""
            { "clients": [
                { {{Least}} },
                { {{Least}}, "default_scopes": ["x", "x"], "secret": { "env": "SHORT" } },
                { {{Least}}, "secret": {} },
                null
            ] }
            """);

        Assert.Equal(
            [
                "clients[1].default_scopes names something twice.",
                "clients[1].secret.env: A client secret needs at least 16 characters.",
                "clients[2].secret must have either hash or env.",
                $"clients[3] must be an object that has {Required}.",
                "clients[0] and clients[2] have the same client_id.",
            ],
            file.Faults);
    }

    [Fact]
    public void A_variable_may_hold_a_hash_or_the_secret_itself()
    {
        Assert.True(Secret("HASH").Fits(Hash));
        Assert.Equal(Hash, Secret("HASH").HashFor(10));
        var plain = Secret("GOOD");
        var made = plain.HashFor(10);
        Assert.StartsWith("$2a$10$", made, StringComparison.Ordinal);
        Assert.Equal(made, plain.HashFor(10));
        Assert.True(plain.Fits(made));
        Assert.False(plain.Fits(Hash));
        Assert.DoesNotContain("a-good-long-secret", plain.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_and_no_hash_is_part_of_what_is_printed()
    {
        var file = Read($$"""{ "clients": [ { {{Least}}, "secret": { "hash": "{{Hash}}" } } ] }""");

        var client = Assert.Single(file.Clients);
        Assert.DoesNotContain("$2a", client.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_has_no_fault_and_every_kind_of_client()
    {
        var path = Path.Combine(MarkdownPage.Root, "migrations", "seeds", "example_clients.json");

        var file = Read(File.ReadAllText(path));

        Assert.Empty(file.Faults);
        Assert.Equal(
            ["acme-web", "acme-reports", "acme-spa", "acme-cli"], file.Clients.Select(client => client.ClientId));
        Assert.Equal(["web", "web", "browser", "native"], file.Clients.Select(client => client.Entry.ApplicationType));
        Assert.Equal([true, true, false, false], file.Clients.Select(client => client.Secret is not null));
    }

    [Fact]
    public void The_handbook_has_these_members_and_no_others()
    {
        var section = MarkdownPage.Read("docs/operations/clients.md").Text.Split("## A file of clients", 2)[1];
        var lines = section.Split("\n#", 2)[0].Split('\n');
        var rows = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var listed = rows.SelectMany(line => line.Split('|')[1].Split('`').Where((_, part) => part % 2 == 1));
        var unknown = Assert.Single(Read($$"""{ "clients": [ { {{Least}}, "x": 1 } ] }""").Faults);
        var members = unknown.Split("The members are ")[1].Split(". (")[0].Split(", ");

        Assert.Equal(members.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static DeclaredSecret Secret(string name) =>
        Assert.Single(Read($$"""{ "clients": [ { {{Least}}, "secret": { "env": "{{name}}" } } ] }""").Clients).Secret!;

    private static ClientFile Read(string json) => new ClientFileReader(name => name switch
    {
        "HASH" => Hash,
        "GOOD" or "ACME_WEB_SECRET" => "a-good-long-secret",
        "SHORT" => "short",
        "EMPTY" => "",
        _ => null,
    }).Read(json);
}
