using Npgsql;
using OAuthServer.Protocol;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// An operator's mistake in <c>oauth_resources</c> fails at the INSERT, by a constraint whose name says why.
/// </summary>
public sealed class ResourceConstraintTests(ClientConstraintTests.Schema schema)
    : IClassFixture<ClientConstraintTests.Schema>
{
    [Theory]
    [InlineData(null, "resource", "'https://api.example/v1?tenant=a'")]
    [InlineData(null, "resource", "'urn:example:notes'")]
    [InlineData(null, "resource", "'http://localhost:5080'")]
    [InlineData(null, "resource", "'api://6e74172b-be56-4843-9ff4-e66a39bb12e3'")]
    [InlineData(null, "resource", "'https://api.example:8443'")]
    [InlineData("resource_is_an_absolute_uri", "resource", "'api.example'")]
    [InlineData("resource_is_an_absolute_uri", "resource", "'/v1'")]
    [InlineData("resource_is_an_absolute_uri", "resource", "'https:'")]
    [InlineData("resource_has_no_fragment", "resource", "'https://api.example/#x'")]
    [InlineData(
        "resource_has_at_most_500_characters_of_a_uri", "resource", "'https://api.example/' || repeat('a', 481)")]
    [InlineData(null, "resource", "'https://api.example/' || repeat('a', 480)")]
    [InlineData("resource_has_at_most_500_characters_of_a_uri", "resource", "'https://api.example/a b'")]
    [InlineData("resource_has_at_most_500_characters_of_a_uri", "resource", "'https://\u00e4pi.example/'")]
    [InlineData("resource_has_at_most_500_characters_of_a_uri", "resource", "'https://api.example/<x>'")]
    [InlineData("resource_has_a_host_without_user_info", "resource", "'https:///x'")]
    [InlineData("resource_has_a_host_without_user_info", "resource", "'https://u:p@api.example'")]
    [InlineData("resource_has_no_default_port", "resource", "'https://api.example:443/'")]
    [InlineData("resource_has_no_default_port", "resource", "'HTTP://api.example:80'")]
    [InlineData(null, "resource", "'http://api.example:443'")]
    [InlineData("resource_name_has_1_to_100_characters", "name", "''")]
    [InlineData("resource_name_has_1_to_100_characters", "name", "' '")]
    [InlineData("resource_name_has_1_to_100_characters", "name", "repeat('a', 101)")]
    [InlineData("resource_name_has_1_to_100_characters", "name", "E'a\\nb'")]
    [InlineData("scopes_are_an_object_of_names_and_words", "scopes", "'[\"read\"]'")]
    [InlineData("scopes_are_an_object_of_names_and_words", "scopes", "'\"read\"'")]
    [InlineData("scopes_are_an_object_of_names_and_words", "scopes", "'{\"read\": null}'")]
    [InlineData("scopes_are_an_object_of_names_and_words", "scopes", "'{\"read\": \"See\", \"write\": 1}'")]
    [InlineData("scopes_are_not_empty", "scopes", "'{}'")]
    [InlineData("scope_names_have_valid_characters", "scopes", "'{\"read it\": \"See\"}'")]
    [InlineData("scope_names_have_valid_characters", "scopes", "'{\"\": \"See\"}'")]
    [InlineData("scope_names_have_valid_characters", "scopes", "'{\"r\u00e9ad\": \"See\"}'")]
    [InlineData("scope_names_have_valid_characters", "scopes", "jsonb_build_object(repeat('a', 101), 'See')")]
    [InlineData(
        null,
        "scopes",
        "'{\"notes:read\": \"See your notes\", \"https://api.example/write\": \"\u00dcberall schreiben\"}'")]
    [InlineData("scope_words_have_1_to_200_characters", "scopes", "'{\"read\": \"\"}'")]
    [InlineData("scope_words_have_1_to_200_characters", "scopes", "'{\"read\": \"  \"}'")]
    [InlineData("scope_words_have_1_to_200_characters", "scopes", "'{\"read\": \"a\\nb\"}'")]
    [InlineData("scope_words_have_1_to_200_characters", "scopes", "jsonb_build_object('read', repeat('a', 201))")]
    [InlineData(null, "scopes", "jsonb_build_object('read', repeat('a', 200))")]
    [InlineData(null, "access_token_lifetime", "'1 minute'")]
    [InlineData(null, "access_token_lifetime", "'1 hour'")]
    [InlineData("access_token_lifetime_is_1_minute_to_1_hour", "access_token_lifetime", "'59 seconds'")]
    [InlineData("access_token_lifetime_is_1_minute_to_1_hour", "access_token_lifetime", "'1 hour 1 second'")]
    [InlineData(
        "access_token_lifetime_is_1_minute_to_1_hour", "access_token_lifetime", "'1 month -30 days 30 minutes'")]
    [InlineData("default_resource_is_not_disabled", "is_default, disabled_at", "true, now()")]
    [InlineData("introspection_clients_are_client_ids", "introspection_clients", "ARRAY['']")]
    [InlineData("introspection_clients_are_client_ids", "introspection_clients", "ARRAY['a', NULL]")]
    public async Task A_mistake_is_refused_by_its_name(string? constraint, string columns, string values) =>
        Assert.Equal(constraint, await RefusalAsync(columns, values));

    [Theory]
    [InlineData("https://api.example", "HTTPS://API.EXAMPLE/", "oauth_resources_canonical_key")]
    [InlineData("https://api.example/v1", "https://Api.example/v1", "oauth_resources_canonical_key")]
    [InlineData("https://api.example/v1", "https://api.example/v1/", null)]
    [InlineData("https://api.example", "http://api.example", null)]
    public async Task Two_spellings_of_one_API_cannot_both_be_there(string one, string other, string? constraint) =>
        Assert.Equal(constraint, await RefusalAsync(
            "resource",
            $"'{other}'",
            $"INSERT INTO oauth_resources (resource, name, scopes) VALUES ('{one}', 'One', '{{\"a\": \"b\"}}')"));

    [Fact]
    public async Task There_is_one_default() =>
        Assert.Equal(
            "oauth_resources_one_default",
            await RefusalAsync(
                "is_default",
                "true",
                "INSERT INTO oauth_resources (resource, name, scopes, is_default) "
                    + "VALUES ('urn:one', 'One', '{\"a\": \"b\"}', true)"));

    [Theory]
    [InlineData("https://api.example")]
    [InlineData("HTTPS://API.Example/V1/?q=A")]
    [InlineData("https://api.example?q=A")]
    [InlineData("http://[::1]:5080")]
    [InlineData("URN:Example:Notes")]
    [InlineData("api://ABC")]
    [InlineData("api:/ABC")]
    [InlineData("x:y//z")]
    [InlineData("https://api.example/a//b?c/d")]
    public async Task Server_and_schema_compare_alike(string resource) =>
        Assert.Equal(
            ResourceUri.Canonical(resource),
            await schema.Database.ScalarAsync<string>("SELECT oauth_canonical_resource($1)", resource));

    [Theory]
    [InlineData("relative", true)]
    [InlineData("https://api.example/#x", true)]
    [InlineData("https://api.example", false)]
    [InlineData("urn:example:notes", false)]
    public async Task What_a_client_may_ask_for_are_identifiers(string resource, bool refused)
    {
        await using var connection = await schema.Database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var name = await NameAsync(
            connection,
            $"INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, "
                + $"allowed_resources) VALUES ('c', 'C', 'browser', '{{https://c.example/cb}}', '{{read}}', "
                + $"ARRAY['{resource}'])");
        Assert.Equal(refused ? "allowed_resources_are_absolute_uris_without_fragment" : null, name);
    }

    // Null when the row is accepted. Nothing stays.
    private async Task<string?> RefusalAsync(string columns, string values, string? before = null)
    {
        await using var connection = await schema.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var row = new Dictionary<string, string>
        {
            ["resource"] = "'urn:example'",
            ["name"] = "'Example'",
            ["scopes"] = "'{\"read\": \"See\"}'",
        };
        foreach (var column in columns.Split(", ")) row.Remove(column);
        if (before is not null) Assert.Null(await NameAsync(connection, before));
        return await NameAsync(
            connection,
            $"INSERT INTO oauth_resources ({string.Join(", ", [.. row.Keys, columns])}) "
                + $"VALUES ({string.Join(", ", [.. row.Values, values])})");
    }

    private static async Task<string?> NameAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
            return null;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.CheckViolation
            or PostgresErrorCodes.UniqueViolation)
        {
            return refused.ConstraintName;
        }
    }
}
