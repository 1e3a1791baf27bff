using System.Net;
using System.Text;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>The longest value of each kind works, and one character more is refused.</summary>
public sealed class LengthTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Native = "long-native";

    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4096, "invalid_grant")]
    [InlineData(4097, "invalid_request")]
    public async Task A_value_at_the_token_endpoint_has_4096_characters(int length, string error) =>
        (await _server.RedeemAsync(new string('c', length))).IsError(error);

    [Theory]
    [InlineData("token", 16_384, null)]
    [InlineData("token", 16_385, "invalid_request")]
    [InlineData("token_type_hint", 4096, null)]
    [InlineData("token_type_hint", 4097, "invalid_request")]
    public async Task A_token_to_be_revoked_has_16384_characters_and_any_other_value_4096(
        string name, int length, string? error)
    {
        (string, string?)[] form =
            [
                ("client_id", TestData.Web),
                ("client_secret", TestData.Secret),
                .. name == "token" ? [] : new (string, string?)[] { ("token", "x") },
            ];

        var reply = await _server.PostFormAsync("/oauth/revoke", [.. form, (name, new string('t', length))]);

        if (error is null) Assert.Equal(HttpStatusCode.OK, reply.Status);
        else reply.IsError(error);
    }

    [Theory]
    [InlineData(4096, null)]
    [InlineData(4097, "parameter_unreadable")]
    public async Task A_value_of_an_authorization_request_has_4096_characters(int length, string? reason) =>
        await AssertAsync(new AuthorizationAsk().With("nonce", new string('n', length)), reason);

    /// <summary>It has to survive the sign-in page, in a Location that proxies still pass on.</summary>
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "request_too_long")]
    public async Task An_authorization_request_has_7680_characters(int more, string? reason)
    {
        var ask = new AuthorizationAsk().With("nonce", new string('n', 4000)).With("extra", "x");
        Assert.True(Parameters.TryParse(Encoding.ASCII.GetBytes(ask.Path.Split('?')[1]), out var parameters));
        var left = 8192 - 512 - parameters.ToQuery("interaction").Length;

        await AssertAsync(ask.With("extra", new string('x', 1 + left + more)), reason);
    }

    [Fact]
    public async Task The_longest_redirect_uri_of_a_row_takes_the_longest_port_of_a_native_app()
    {
        var path = "/" + new string('p', 2000 - "http://127.0.0.1/".Length);
        await AddAsync(Native, $"http://127.0.0.1{path}");
        var uri = $"http://127.0.0.1:65535{path}";
        Assert.Equal(2006, uri.Length);

        await AssertAsync(AuthorizationAsk.For(Native, uri), null);
    }

    [Fact]
    public async Task The_longest_client_id_of_a_row_is_known_everywhere()
    {
        var id = new string('i', 128);
        await AddAsync(id, "http://127.0.0.1/cb");

        await AssertAsync(AuthorizationAsk.For(id, "http://127.0.0.1/cb"), null);
        (await _server.RedeemPublicAsync("unknown", id)).IsError("invalid_grant");
        Assert.Equal(id, await _server.Database.ScalarAsync<string>(
            "SELECT client_id FROM oauth_audit_events WHERE reason = 'code_unknown' ORDER BY id DESC LIMIT 1"));
    }

    /// <summary>Who was refused is in the audit log by the name it gave, unless no client can have that name.</summary>
    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task A_stranger_is_recorded_by_a_name_of_128_characters_at_most(int length, bool isNamed)
    {
        var id = new string('u', length);
        await _server.PostFormAsync(
            "/oauth/token",
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
            ("client_id", id),
            ("client_secret", "s"));

        var named = await _server.Database.ScalarAsync<string>(
            "SELECT client_id FROM oauth_audit_events WHERE event = 'client_refused' ORDER BY id DESC LIMIT 1");

        Assert.Equal(isNamed ? id : null, named);
    }

    // The sign-in page is where a request that may go on leads; else the reason is in the answer's error.
    private async Task AssertAsync(AuthorizationAsk ask, string? reason)
    {
        using var answer = await _server.Http.GetAsync(new Uri(ask.Path, UriKind.Relative), Ct);

        var location = answer.Headers.Location?.OriginalString ?? await answer.Content.ReadAsStringAsync(Ct);
        if (reason is null) Assert.StartsWith("/account/sign-in", location, StringComparison.Ordinal);
        else Assert.Contains("error=invalid_request", location, StringComparison.Ordinal);
    }

    private Task<int> AddAsync(string id, string redirectUri) => _server.Database.ExecuteAsync(
        """
        INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes)
        VALUES ($1, 'Long', 'native', ARRAY[$2], '{read}') ON CONFLICT DO NOTHING
        """,
        id, redirectUri);
}
