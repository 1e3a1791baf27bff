using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Testing;

/// <summary>APIs (RFC 8707) for tests.</summary>
internal static class Apis
{
    private static readonly Uri Metadata = new("/.well-known/oauth-authorization-server", UriKind.Relative);

    /// <summary>The addresses of the usual server.</summary>
    public static ServerAddress Server => new(Options.Create(new OAuthOptions { Issuer = TestServer.Issuer }));

    /// <summary>The default API alone, with these scopes; none at all without any.</summary>
    public static ResourceList Of(params string[] scopes) =>
        scopes.Length == 0 ? new([]) : new([Row(TestServer.Issuer, scopes) with { IsDefault = true }]);

    /// <summary>A row; the words of a scope are its name in capitals.</summary>
    public static ResourceRow Row(string resource, params string[] scopes) => new()
    {
        Resource = resource,
        Canonical = OAuthServer.Protocol.ResourceUri.Canonical(resource)!,
        Name = $"API {resource}",
        Scopes = JsonSerializer.Serialize(scopes.ToDictionary(scope => scope, scope => scope.ToUpperInvariant())),
    };

    /// <summary>A database with the default API, and nothing else.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            INSERT INTO oauth_resources (resource, name, scopes, is_default)
            VALUES ($1, 'Notes', '{"read": "See your notes", "write": "Write your notes"}', true)
            """,
            TestServer.Issuer);
        return database;
    }

    /// <summary>Gives the default API more scopes, and waits until the server has them.</summary>
    public static async Task AddScopesAsync(this TestServer server, params string[] scopes)
    {
        await server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET scopes = scopes || (SELECT jsonb_object_agg(name, 'Do ' || name) "
                + "FROM unnest($1::text[]) AS name) WHERE is_default",
            [scopes]);
        await server.ServesAsync($"\"{scopes[^1]}\"");
    }

    /// <summary>Adds an API, and lets clients ask for it.</summary>
    public static async Task AddApiAsync(
        this TestServer server, string resource, string scopes, params string[] clients)
    {
        await server.Database.ExecuteAsync(
            "INSERT INTO oauth_resources (resource, name, scopes) VALUES ($1, 'API ' || $1, $2::jsonb) "
                + "ON CONFLICT DO NOTHING", resource, scopes);
        await server.Database.ExecuteAsync(
            """
            UPDATE oauth_clients SET allowed_resources = allowed_resources || $1::text,
                allowed_scopes = ARRAY(
                    SELECT DISTINCT unnest(allowed_scopes || ARRAY(SELECT jsonb_object_keys($2::jsonb))))
            WHERE client_id = ANY ($3) AND NOT $1 = ANY (allowed_resources)
            """,
            resource, scopes, clients);
        await server.ServesAsync($"\"{resource}\"");
    }

    /// <summary>
    /// Waits until the metadata has a text: within a second, as the server promises, or longer on a busy machine.
    /// </summary>
    public static Task ServesAsync(this TestServer server, string text) => Eventually.BecomesTrue(
        async () => (await server.Http.GetStringAsync(Metadata)).Contains(text, StringComparison.Ordinal),
        TimeSpan.FromSeconds(15), $"the metadata has {text}");
}
