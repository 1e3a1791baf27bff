using OAuthServer.Operators.Clients;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Clients;

/// <summary>The file of <c>clients plan</c>: what is wrong with it is said with its path, and all of it at once.</summary>
public sealed class ClientFileTests
{
    private const string Hash = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";
    private const string Least = """ "client_id": "a", "name": "A", "redirect_uris": ["https://a.example/cb"], "allowed_scopes": ["read"] """;

    [Fact]
    public void What_is_left_out_is_the_default_of_its_column()
    {
        var file = Read($$"""{ "clients": [ { {{Least}} } ] }""");

        Assert.Empty(file.Faults);
        var client = Assert.Single(file.Clients);
        Assert.Equal(("a", "A", "web", true, null), (client.ClientId, client.Name, client.ApplicationType, client.RequirePkce, client.Disabled));
        Assert.Equal(["authorization_code", "refresh_token"], client.GrantTypes);
        Assert.Empty(client.DefaultScopes);
        Assert.Null(client.Secret);
    }

    [Theory]
    [InlineData("""[]""", "The file must be an object.")]
    [InlineData("""{}""", "clients must be a list of objects.")]
    [InlineData("""{ "clients": {} }""", "clients must be a list of objects.")]
    [InlineData("""{ "clients": [], "client": [] }""", "client is unknown. The members are clients.")]
    [InlineData("""{ "clients": [ 1 ] }""", "clients[0] must be an object.")]
    [InlineData("{ \"clients\": [\n  oops ] }", "The file is no JSON: line 2, byte 3.")]
    [InlineData("", "The file is no JSON: line 1, byte 1.")]
    public void A_file_of_another_shape_is_refused(string json, string fault) => Assert.Equal([fault], Read(json).Faults);

    [Theory]
    [InlineData(""" "client_ID": "b" """, "clients[0].client_ID is unknown.")]
    [InlineData(""" "allowed_scopes": ["write"] """, "clients[0].allowed_scopes stands there twice.")]
    [InlineData(""" "grant_types": "all" """, "clients[0].grant_types must be a list of strings.")]
    [InlineData(""" "default_scopes": ["read", 7] """, "clients[0].default_scopes[1] must be a string.")]
    [InlineData(""" "default_scopes": ["read", "read"] """, "clients[0].default_scopes names something twice.")]
    [InlineData(""" "require_pkce": "no" """, "clients[0].require_pkce must be true or false.")]
    [InlineData(""" "disabled": null """, "clients[0].disabled must be true or false.")]
    [InlineData(""" "application_type": "\ud800" """, "clients[0].application_type must be a string of whole characters")]
    [InlineData(""" "application_type": "w\u0000eb" """, "clients[0].application_type must be a string of whole characters")]
    [InlineData(""" "secret": "a-plain-secret-in-a-file" """, "clients[0].secret must not be a plain secret")]
    [InlineData(""" "secret": {} """, "clients[0].secret must have either hash or env.")]
    [InlineData(""" "secret": { "hash": "x", "env": "GOOD" } """, "clients[0].secret must have either hash or env.")]
    [InlineData(""" "secret": { "value": "a-plain-secret-in-a-file", "env": "GOOD" } """, "clients[0].secret.value is unknown.")]
    [InlineData(""" "secret": { "hash": "a-plain-secret-in-a-file" } """, "clients[0].secret.hash must be a bcrypt hash")]
    [InlineData(""" "secret": { "env": "MISSING" } """, "clients[0].secret.env: the environment variable of this name is not set")]
    [InlineData(""" "secret": { "env": "EMPTY" } """, "clients[0].secret.env: the environment variable of this name is not set")]
    [InlineData(""" "secret": { "env": "SHORT" } """, "clients[0].secret.env: A client secret needs at least 16 characters.")]
    public void A_fault_names_its_path_and_never_repeats_a_value(string member, string fault)
    {
        var faults = Read($$"""{ "clients": [ { {{Least}}, {{member}} } ] }""").Faults;

        Assert.StartsWith(fault, Assert.Single(faults), StringComparison.Ordinal);
        Assert.DoesNotContain("a-plain-secret-in-a-file", faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        var file = Read($$"""{ "clients": [ { {{Least}} }, { "client_id": "b", "allowed_scopes": 1, "x": 2 }, { {{Least}} } ] }""");

        Assert.Equal(
            [
                "clients[1].x is unknown", "clients[1].name is missing.", "clients[1].redirect_uris is missing.", "clients[1].allowed_scopes must be a list of strings.",
                "clients[0] and clients[2] have the same client_id.",
            ],
            file.Faults.Select(fault => fault.Split(". The")[0]));
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

    private static DeclaredSecret Secret(string name) =>
        Assert.Single(Read($$"""{ "clients": [ { {{Least}}, "secret": { "env": "{{name}}" } } ] }""").Clients).Secret!;

    private static ClientFile Read(string json) => new ClientFileReader(name => name switch
    {
        "HASH" => Hash,
        "GOOD" => "a-good-long-secret",
        "SHORT" => "short",
        "EMPTY" => "",
        _ => null,
    }).Read(json);
}
