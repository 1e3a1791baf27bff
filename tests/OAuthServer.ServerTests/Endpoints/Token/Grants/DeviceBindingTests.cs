using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>What a refresh from other software does: nothing, an audit event, or a refusal.</summary>
public sealed class DeviceBindingTests : IAsyncLifetime
{
    private static readonly string[] Rotated = ["refresh_token_rotated"];
    private static readonly string[] RotatedElsewhere = ["device_changed", "refresh_token_rotated"];

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("Off", false)]
    [InlineData("Audit", true)]
    public async Task A_changed_device_is_served_and_audited_once_unless_binding_is_off(string binding, bool audited)
    {
        await using var server = await StartAsync(binding);
        var tokens = await TokensAsync(server, "phone/1.0");

        var same = await RefreshAsync(server, tokens.RefreshToken, "phone/1.0");
        Assert.Equal(HttpStatusCode.OK, same.Status);
        Assert.Equal(Rotated, await EventsAsync());
        var other = await RefreshAsync(server, same.RefreshToken, "other/2.0");

        Assert.Equal(HttpStatusCode.OK, other.Status);
        Assert.Equal(audited ? RotatedElsewhere : Rotated, await EventsAsync());
        // The device that refreshed last is the device of the family.
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(server, other.RefreshToken, "other/2.0")).Status);
        Assert.Equal(Rotated, await EventsAsync());
        Assert.Equal(binding == "Off" ? 1L : 0L, await _database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_refresh_tokens WHERE device_fingerprint IS NULL"));
    }

    [Fact]
    public async Task A_changed_device_is_refused_under_Enforce_and_the_right_one_still_refreshes()
    {
        await using var server = await StartAsync("Enforce");
        var tokens = await TokensAsync(server, "phone/1.0");

        var other = await RefreshAsync(server, tokens.RefreshToken, "other/2.0");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (other.Status, other.Error));
        Assert.Equal(["token_refused"], await EventsAsync());
        Assert.Equal(1, await _database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'token_refused' AND reason = 'device_changed'"));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(server, tokens.RefreshToken, "phone/1.0")).Status);
    }

    [Fact]
    public async Task Switching_to_Enforce_signs_nobody_out_and_binds_from_the_next_refresh_on()
    {
        string? unbound;
        await using (var off = await StartAsync("Off")) unbound = (await TokensAsync(off, "phone/1.0")).RefreshToken;
        await using var server = await StartAsync("Enforce");

        var bound = await RefreshAsync(server, unbound, "phone/1.0");

        Assert.Equal(HttpStatusCode.OK, bound.Status);
        Assert.Equal("invalid_grant", (await RefreshAsync(server, bound.RefreshToken, "other/2.0")).Error);
    }

    private Task<TestServer> StartAsync(string binding) =>
        TestServer.StartAsync(new()
        {
            Database = _database,
            Settings = new Dictionary<string, string?> { ["OAuth:DeviceBinding"] = binding },
        });

    private async Task<Reply> TokensAsync(TestServer server, string agent)
    {
        var tokens = await server.PostRawAsync(
            "/oauth/token",
            $"grant_type=authorization_code&code={await server.CodeAsync()}&code_verifier={AuthorizationAsk.Verifier}"
                + $"&client_id={TestData.Web}&client_secret={TestData.Secret}",
            headers: ("User-Agent", agent));
        await EventsAsync();
        return tokens;
    }

    private static Task<Reply> RefreshAsync(TestServer server, string? refreshToken, string agent) =>
        server.PostRawAsync(
            "/oauth/token",
            $"grant_type=refresh_token&refresh_token={refreshToken}&client_id={TestData.Web}"
                + $"&client_secret={TestData.Secret}",
            headers: ("User-Agent", agent));

    // The events since the last look.
    private async Task<IEnumerable<string>> EventsAsync() =>
        (await _database.QueryAsync(
            "WITH seen AS (UPDATE oauth_audit_events SET address = 'seen' WHERE address IS DISTINCT FROM 'seen' "
                + "RETURNING event) SELECT event FROM seen ORDER BY event"))
        .Select(row => (string)row["event"]!);
}
