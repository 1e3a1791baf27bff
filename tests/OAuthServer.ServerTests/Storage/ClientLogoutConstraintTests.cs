using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// An address that an app could never be told at, or nobody should be sent to, is refused by a constraint whose name
/// says why.
/// </summary>
public sealed class ClientLogoutConstraintTests(ClientConstraintTests.Schema schema)
    : IClassFixture<ClientConstraintTests.Schema>
{
    private const string NotHttps = "backchannel_logout_uri_is_https_or_loopback_http";
    private const string NotPlain = "backchannel_logout_uri_is_at_most_2000_printable_ascii";
    private const string NotFit = "post_logout_redirect_uri_is_https_loopback_http_or_apps_scheme";

    [Theory]
    [Row("LOGOUT-10")]
    [InlineData(null, "https://rp.example/logout")]
    [InlineData(null, "https://rp.example:8443/a?b=c")]
    [InlineData(null, "https://[2001:db8::1]/logout")]
    [InlineData(null, "http://127.0.0.1:5000/logout")]
    [InlineData(null, "http://localhost/logout")]
    [InlineData(null, "http://[::1]:8080")]
    [InlineData(NotHttps, "http://rp.example/logout")]
    [InlineData(NotHttps, "http://127.0.0.1.evil.example/logout")]
    [InlineData(NotHttps, "http://localhost.evil.example/logout")]
    [InlineData(NotHttps, "HTTPS://rp.example/logout")]
    [InlineData(NotHttps, "https://user@rp.example/logout")]
    [InlineData(NotHttps, "https://rp.example\\@evil.example/")]
    [InlineData(NotHttps, "https:///logout")]
    [InlineData(NotHttps, "file:///etc/passwd")]
    [InlineData(NotHttps, "")]
    [InlineData("backchannel_logout_uri_has_no_fragment", "https://rp.example/logout#x")]
    [InlineData(NotPlain, "https://rp.example/log out")]
    [InlineData(NotPlain, "https://rp.example/ü")]
    public async Task An_app_is_told_at_an_https_address(string? constraint, string uri) =>
        Assert.Equal(constraint, await RefusalAsync("backchannel_logout_uri", "$1", uri));

    [Theory]
    [Row("LOGOUT-04")]
    [InlineData(null, "https://rp.example")]
    [InlineData(null, "https://rp.example/bye?a=b")]
    [InlineData(null, "http://127.0.0.1:5000/bye")]
    [InlineData(NotFit, "http://rp.example/bye")]
    [InlineData(NotFit, "javascript:alert(1)")]
    [InlineData(NotFit, "data:text/html,x")]
    [InlineData(NotFit, "/bye")]
    [InlineData(NotFit, "myapp:/bye")]
    [InlineData("post_logout_private_use_scheme_is_for_native_clients", "com.example.app:/bye")]
    [InlineData("post_logout_redirect_uri_has_no_fragment", "https://rp.example/bye#x")]
    [InlineData("post_logout_redirect_uri_has_no_wildcard", "https://rp.example/*")]
    [InlineData("post_logout_redirect_uri_has_no_user_info", "https://rp.example@evil.example/bye")]
    [InlineData("post_logout_redirect_uri_has_no_dot_segment", "https://rp.example/a/../bye")]
    [InlineData("post_logout_redirect_uri_has_no_backslash_quote_or_bracket", "https://rp.example/\"bye")]
    [InlineData("post_logout_redirect_uri_has_no_space_control_or_non_ascii", "https://rp.example/b ye")]
    [InlineData("post_logout_redirect_uri_query_has_no_state", "https://rp.example/bye?state=x")]
    public async Task A_person_is_sent_to_what_a_redirect_uri_could_be(string? constraint, string uri) =>
        Assert.Equal(constraint, await RefusalAsync("post_logout_redirect_uris", "ARRAY[$1]", uri));

    [Fact]
    public async Task A_native_app_may_have_its_own_scheme()
    {
        Assert.Null(await RefusalAsync(
            "application_type, client_secret, post_logout_redirect_uris",
            "'native', NULL, ARRAY[$1]",
            "com.example.app:/bye"));
        Assert.Equal("post_logout_redirect_uri_is_at_most_2000_characters", await RefusalAsync(
            "post_logout_redirect_uris", "ARRAY[$1]", "https://rp.example/" + new string('a', 1982)));
    }

    private async Task<string?> RefusalAsync(string columns, string values, string value)
    {
        var secret = columns.Contains("client_secret", StringComparison.Ordinal);
        try
        {
            await schema.Database.ExecuteAsync(
                $"INSERT INTO oauth_clients (client_id, name, redirect_uris, allowed_scopes, "
                    + $"{(secret ? "" : "client_secret, ")}{columns}) VALUES (gen_random_uuid()::text || 'x', 'App', "
                    + $"'{{https://rp.example/cb}}', '{{openid}}', "
                    + $"{(secret ? "" : $"'{TestData.FullSecretHash}', ")}{values})",
                value);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.ConstraintName;
        }
    }
}
