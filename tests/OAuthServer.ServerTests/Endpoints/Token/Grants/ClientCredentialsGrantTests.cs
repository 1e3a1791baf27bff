using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>Access of a client's own, for which nobody signs in (RFC 6749 §4.4).</summary>
public sealed class ClientCredentialsGrantTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static int _made;

    private readonly TestServer _server = own.Server;

    [Fact, Row("CC-01")]
    public async Task A_confidential_client_gets_a_token_of_its_own_and_nothing_else()
    {
        var service = await RegisterAsync();

        var tokens = (await AskAsync(service, "read")).IsTokens();

        Assert.Equal(
            ["access_token", "expires_in", "scope", "token_type"],
            tokens.Json!.Value.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var jwt = new JsonWebToken(tokens.AccessToken);
        Assert.Equal((service, service, "read"), (jwt.Subject, jwt.GetClaim("client_id").Value, tokens.Scope));
        Assert.Equal([TestServer.Issuer], jwt.Audiences);
        Assert.Equal(
            1L,
            await own.Database.ScalarAsync<long>(
                """
                SELECT count(*) FROM oauth_audit_events JOIN oauth_clients USING (client_id)
                WHERE client_id = $1 AND event = 'client_token_issued' AND grant_id = own_grant_id
                  AND pseudonym IS NULL AND reason IS NULL AND correlation_id IS NOT NULL
                """,
                service));
    }

    [Theory, Row("CC-02")]
    [InlineData("admin")]
    [InlineData("read admin")]
    [InlineData("openid")]
    [InlineData("offline_access")]
    [InlineData("read openid")]
    [InlineData("read\"")]
    public async Task A_scope_that_is_not_for_a_client_alone_is_refused(string scope)
    {
        var service = await RegisterAsync(allowed: "read,write,openid,offline_access");

        (await AskAsync(service, scope)).IsError("invalid_scope");

        Assert.Equal(0L, await IssuedAsync(service));
    }

    [Fact, Row("CC-02")]
    public async Task A_public_client_and_one_without_the_grant_are_not_authorized()
    {
        (await _server.PostFormAsync(
            "/oauth/token", ("grant_type", "client_credentials"), ("client_id", TestData.Spa), ("scope", "read")))
            .IsError("unauthorized_client");
        (await AskAsync(TestData.Web, "read")).IsError("unauthorized_client");
    }

    [Theory, Row("CC-02")]
    [InlineData("browser")]
    [InlineData("native")]
    public async Task No_public_client_can_be_registered_for_it(string type)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => own.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, grant_types)
            VALUES ('public-service', 'A', $1, '{}', '{read}', '{client_credentials}')
            """,
            type));

        Assert.Equal("client_credentials_are_for_confidential_clients", refused.ConstraintName);
    }

    [Theory, Row("CC-02")]
    [InlineData("a wrong secret")]
    [InlineData(null)]
    public async Task Without_its_secret_nobody_is_the_client(string? secret)
    {
        var service = await RegisterAsync();

        (await _server.PostFormAsync(
            "/oauth/token", ("grant_type", "client_credentials"), ("client_id", service), ("client_secret", secret)))
            .IsUnauthorized();
    }

    [Theory, Row("CC-03")]
    [InlineData("{read}", "read")]
    [InlineData("{write,read}", "write read")]
    [InlineData("{openid,read,offline_access}", "read")]
    public async Task No_scope_means_the_defaults_without_what_speaks_of_a_person(string defaults, string issued)
    {
        var service = await RegisterAsync(allowed: "read,write,openid,offline_access", defaults: defaults);

        Assert.Equal(issued, (await AskAsync(service, null)).IsTokens().Scope);
        Assert.Equal(issued, (await AskAsync(service, " ")).IsTokens().Scope);
    }

    [Fact, Row("CC-03")]
    public async Task One_scope_that_was_asked_for_is_not_made_more_by_the_defaults()
    {
        var service = await RegisterAsync(allowed: "read,write", defaults: "{read,write}");

        Assert.Equal("write", (await AskAsync(service, "write")).IsTokens().Scope);
    }

    [Theory, Row("CC-03")]
    [InlineData("{}")]
    [InlineData("{openid,offline_access}")]
    public async Task Without_scope_and_defaults_there_is_nothing_to_give(string defaults)
    {
        var service = await RegisterAsync(allowed: "read,openid,offline_access", defaults: defaults);

        (await AskAsync(service, null)).IsError("invalid_scope");
    }

    [Fact]
    public async Task What_speaks_of_a_person_is_for_no_client_alone_also_at_the_userinfo_endpoint()
    {
        var people = TestServer.Issuer + "/oauth/userinfo";
        var service = await RegisterAsync(
            allowed: "read,openid,offline_access", defaults: "{openid,read,offline_access}");

        foreach (var scope in (string?[])["openid", "offline_access", "read openid", null])
            (await AskAsync(service, scope, people)).IsError("invalid_scope");
        Assert.Equal("read", (await AskAsync(service, null)).IsTokens().Scope);
    }

    [Fact, Row("CC-04")]
    public async Task No_account_is_found_by_the_subject_of_a_client()
    {
        var service = await RegisterAsync();
        var subject = new JsonWebToken((await AskAsync(service, null)).AccessToken).Subject;

        await using var scope = _server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<OAuthServer.Storage.Account>>();
        Assert.Null(await users.FindByIdAsync(subject));
        Assert.NotNull(await users.FindByIdAsync(new JsonWebToken((await _server.TokensAsync()).AccessToken).Subject));
    }

    [Theory, Row("CC-05")]
    [InlineData("UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1")]
    [InlineData("DELETE FROM oauth_clients WHERE client_id = $1")]
    public async Task What_ends_a_client_ends_its_own_tokens_at_once(string end)
    {
        var (service, other) = (await RegisterAsync(), await RegisterAsync());
        var first = (await AskAsync(service, null)).AccessToken!;
        var second = (await AskAsync(service, null)).AccessToken!;
        var others = (await AskAsync(other, null)).AccessToken!;

        await own.Database.ExecuteAsync(end, service);

        (await AskAsync(service, null)).IsUnauthorized();
        Assert.True(await _server.IsRevokedAsync(first));
        Assert.True(await _server.IsRevokedAsync(second));
        Assert.False(await _server.IsRevokedAsync(others));
    }

    [Fact, Row("CC-05")]
    public async Task An_instance_that_has_not_heard_of_it_issues_nothing_either()
    {
        var service = await RegisterAsync();
        await AskAsync(service, null);
        // No notification: what this instance remembers stays as it was.
        await own.Database.ExecuteAsync(
            """
            DO $$ BEGIN
                SET LOCAL session_replication_role = replica;
                UPDATE oauth_clients SET disabled_at = now() WHERE client_id LIKE 'service-%';
            END $$
            """);

        (await AskAsync(service, null)).IsUnauthorized();

        await own.Database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = NULL WHERE client_id LIKE 'service-%'");
    }

    [Fact, Row("CC-05")]
    public async Task Enabled_again_it_gets_tokens_that_count_and_the_old_ones_stay_dead()
    {
        var service = await RegisterAsync();
        var before = (await AskAsync(service, null)).AccessToken!;
        await own.Database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1", service);
        await own.Database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = NULL WHERE client_id = $1", service);

        Reply after = null!;
        await Eventually.BecomesTrue(
            async () => (after = await AskAsync(service, null)).Status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(10),
            "the client is heard of");

        Assert.False(await _server.IsRevokedAsync(after.AccessToken!));
        Assert.True(await _server.IsRevokedAsync(before));
    }

    [Fact]
    public async Task Another_own_grant_ends_its_tokens_for_longer_than_any_can_live_and_a_change_of_name_does_not()
    {
        var service = await RegisterAsync();
        var token = (await AskAsync(service, null)).AccessToken!;
        await own.Database.ExecuteAsync("UPDATE oauth_clients SET name = 'another name' WHERE client_id = $1", service);
        Assert.False(await _server.IsRevokedAsync(token));

        await own.Database.ExecuteAsync(
            "UPDATE oauth_clients SET own_grant_id = gen_random_uuid() WHERE client_id = $1", service);

        Assert.True(await _server.IsRevokedAsync(token));
        var window = _server.Services.GetRequiredService<AccessTokenWindow>().Longest;
        Assert.Equal(
            window,
            await own.Database.ScalarAsync<TimeSpan>(
                """
                SELECT date_trunc('minute', expires_at - now() + interval '59 seconds') FROM oauth_revoked_tokens
                WHERE jti = $1
                """,
                new JsonWebToken(token).Id.Split('.')[0]));
    }

    [Fact]
    public async Task Its_token_can_be_given_back()
    {
        var service = await RegisterAsync();
        var (first, second) = (
            (await AskAsync(service, null)).AccessToken!, (await AskAsync(service, null)).AccessToken!);

        Assert.Equal(HttpStatusCode.OK, (await _server.RevokeAsync(first, service)).Status);

        Assert.True(await _server.IsRevokedAsync(first));
        Assert.False(await _server.IsRevokedAsync(second));
    }

    [Fact]
    public async Task At_the_address_of_the_refresh_grant_there_is_none()
    {
        var service = await RegisterAsync();

        (await _server.PostFormAsync(
            "/oauth/refresh", ("grant_type", "client_credentials"), ("client_id", service),
            ("client_secret", TestData.Secret))).IsError("unsupported_grant_type");
    }

    [Fact]
    public async Task It_authenticates_by_Basic_too()
    {
        var service = await RegisterAsync();
        var basic = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{service}:{TestData.Secret}"));

        (await _server.PostRawAsync(
            "/oauth/token", "grant_type=client_credentials", headers: ("Authorization", $"Basic {basic}"))).IsTokens();
    }

    [Fact, Row("CC-06")]
    public async Task A_resource_is_the_audience_and_brings_its_own_scopes_alone()
    {
        var service = await RegisterAsync();
        await _server.AddApiAsync(
            ResourceServer.Files, """{"files:read": "See your files", "read": "Read on"}""", service);
        await _server.AddApiAsync(ResourceServer.Closed, """{"closed": "See what is closed"}""");
        await Eventually.BecomesTrue(
            async () => (await AskAsync(service, "files:read", ResourceServer.Files)).Status == HttpStatusCode.OK,
            TimeSpan.FromSeconds(15),
            "the client may ask for it");

        var tokens = await AskAsync(service, "files:read read", ResourceServer.Files + "/");
        Assert.Equal((ResourceServer.Files, "files:read read"), (ResourceServer.AudienceOf(tokens), tokens.Scope));
        Assert.Equal("read", (await AskAsync(service, null, ResourceServer.Files)).IsTokens().Scope);
        (await AskAsync(service, "write", ResourceServer.Files)).IsError("invalid_scope");
        (await AskAsync(service, "files:read")).IsError("invalid_scope");
        foreach (var resource in (string[])["https://nobody.example", ResourceServer.Closed, "relative"])
            (await AskAsync(service, "files:read", resource)).IsError("invalid_target");
        (await AskAsync(service, "read", ResourceServer.Files, TestServer.Issuer)).IsError("invalid_target");
        Assert.Equal(TestServer.Issuer, ResourceServer.AudienceOf(await AskAsync(service, "read", TestServer.Issuer)));
    }

    private Task<Reply> AskAsync(string client, string? scope, params string[] resources) => _server.PostFormAsync(
        "/oauth/token",
        [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_id", client),
            ("client_secret", TestData.Secret),
            .. resources.Select(resource => ("resource", (string?)resource)),
        ]);

    private Task<long> IssuedAsync(string service) => own.Database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_audit_events WHERE client_id = $1 AND event = 'client_token_issued'", service);

    private async Task<string> RegisterAsync(string allowed = "read,write", string defaults = "{read}")
    {
        var id = $"service-{Interlocked.Increment(ref _made)}";
        await own.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients
                (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes, grant_types)
            VALUES ($1, $2, 'A service', '{}', string_to_array($3, ','), $4::text[], '{client_credentials}')
            """,
            id, TestData.SecretHash, allowed, defaults);
        return id;
    }
}
