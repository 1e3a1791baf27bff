using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>What the server hands out it takes back, however long; what libraries append to it is ignored.</summary>
public sealed class HandedOutTests(SignedInServer own) : IClassFixture<SignedInServer>
{
    private const string Broad = "broad-web";
    private const string Far = "far-native";

    private static readonly string[] Scopes = [.. Enumerable.Range(0, 40).Select(i => $"{i}".PadRight(99, 'x'))];
    private static readonly string LongUri = "http://127.0.0.1/" + new string('p', 1983);

    private static AuthorizationAsk AskBroad =>
        AuthorizationAsk.For(Broad, TestData.WebRedirectUri).With("scope", null);

    [Fact]
    public async Task A_scope_of_4000_characters_goes_round()
    {
        await AddBroadAsync();
        var first = await own.TokensAsync(AskBroad, Broad);
        Assert.Equal(3999, first.Scope!.Length);

        var same = (await own.Server.RefreshAsync(first.RefreshToken, Broad, first.Scope)).IsTokens();
        var blanks = await own.Server.RefreshAsync(
            same.RefreshToken, Broad, $"  {Scopes[1]}  {Scopes[0]} offline_access ");

        Assert.Equal(first.Scope, same.Scope);
        Assert.Equal($"{Scopes[1]} {Scopes[0]}", blanks.IsTokens().Scope);
    }

    [Theory]
    [InlineData("offline_access")]
    [InlineData("  ")]
    [InlineData("read offline_access")]
    public async Task A_refresh_leaves_out_offline_access_that_was_not_granted(string scope)
    {
        var first = await own.TokensAsync();
        Assert.Equal("read", (await own.Server.RefreshAsync(first.RefreshToken, scope: scope)).IsTokens().Scope);
    }

    [Theory]
    [InlineData("write", "write")]
    [InlineData("read admin", "admin")]
    [InlineData("openid profile", "openid")]
    public async Task A_refresh_names_the_scope_that_goes_beyond_the_grant(string scope, string named)
    {
        var first = await own.TokensAsync();
        var refused = (await own.Server.RefreshAsync(first.RefreshToken, scope: scope)).IsError("invalid_scope");
        Assert.Equal(
            $"The scope {named} was not granted; it takes a new authorization request.", refused.Description());
        (await own.Server.RefreshAsync(first.RefreshToken)).IsTokens();
    }

    [Fact]
    public async Task A_long_access_token_can_be_revoked()
    {
        await AddBroadAsync();
        var tokens = await own.TokensAsync(AskBroad, Broad);
        Assert.InRange(tokens.AccessToken!.Length, 4097, 16 * 1024);

        (await own.Server.RevokeAsync(tokens.AccessToken, Broad)).IsDone();

        Assert.True(await own.Server.IsRevokedAsync(tokens.AccessToken));
    }

    [Theory]
    [InlineData(":1")]
    [InlineData(":51004")]
    [InlineData("")]
    public async Task The_longest_redirect_uri_has_room_for_a_port(string port)
    {
        await own.Database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, "
            + "default_scopes) VALUES ($1, 'Far', 'native', $2, '{read}', '{read}') ON CONFLICT DO NOTHING",
            Far, new[] { LongUri });
        var asked = LongUri.Replace("127.0.0.1", "127.0.0.1" + port, StringComparison.Ordinal);

        var code = await own.CodeAsync(AuthorizationAsk.For(Far, asked));

        (await own.Server.RedeemPublicAsync(code, Far, asked)).IsTokens();
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=ISO-8859-1")]
    [InlineData("application/x-www-form-urlencoded;charset=windows-1252")]
    [InlineData("application/x-www-form-urlencoded; charset=us-ascii")]
    [InlineData("application/x-www-form-urlencoded;")]
    public async Task A_charset_that_means_nothing_is_ignored_and_escapes_are_utf8(string type)
    {
        var body = $"grant_type=refresh_token&client_id={TestData.Web}&client_secret={TestData.Secret}&refresh_token=";
        var first = await own.TokensAsync();
        (await own.Server.PostRawAsync("/oauth/token", body + first.RefreshToken, type)).IsTokens();
        (await own.Server.PostRawAsync("/oauth/token", body + "%E9", type)).IsError("invalid_request");
    }

    private async Task AddBroadAsync()
    {
        await own.Server.AddScopesAsync(Scopes);
        await own.Database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes) "
            + "VALUES ($1, $2, 'Broad', '{https://c.example/cb}', $3, $3) ON CONFLICT DO NOTHING",
            Broad, TestData.SecretHash, Scopes);
    }
}
