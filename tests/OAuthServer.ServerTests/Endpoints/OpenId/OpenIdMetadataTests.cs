using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>The discovery document (OpenID Connect Discovery §3, §4).</summary>
[Collection(SharedServer.Name)]
public sealed class OpenIdMetadataTests(SharedServer flow)
{
    [Fact, Row("OIDC-01")]
    public async Task It_says_what_there_is()
    {
        var document = await ReadAsync(flow.Server, "/.well-known/openid-configuration");

        Assert.Equal(TestServer.Issuer, document.GetProperty("issuer").GetString());
        foreach (var endpoint in (string[])[
            "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
        ])
        {
            Assert.StartsWith(
                TestServer.Issuer + "/", document.GetProperty(endpoint).GetString(), StringComparison.Ordinal);
        }

        AssertIs("subject_types_supported", "public");
        AssertIs("id_token_signing_alg_values_supported", "RS256");
        AssertIs("response_types_supported", "code");
        AssertIs("response_modes_supported", "query", "form_post");
        AssertIs("code_challenge_methods_supported", "S256");
        Assert.Contains("openid", List("scopes_supported"));
        Assert.False(document.GetProperty("request_uri_parameter_supported").GetBoolean());
        Assert.False(document.GetProperty("request_parameter_supported").GetBoolean());

        IEnumerable<string> List(string member) =>
            document.GetProperty(member).EnumerateArray().Select(value => value.GetString()!);
        void AssertIs(string member, params string[] values) => Assert.Equal(values, List(member));
    }

    [Fact, Row("OIDC-01")]
    public async Task For_an_issuer_with_a_path_it_is_appended_and_inserted()
    {
        await using var server = await TestServer.StartAsync(
            new()
            {
                Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "https://h.example.test/tenant1" },
            });
        foreach (var path in (string[])[
            "/tenant1/.well-known/openid-configuration", "/.well-known/openid-configuration/tenant1",
        ])
        {
            var document = await ReadAsync(server, path);
            Assert.Equal("https://h.example.test/tenant1", document.GetProperty("issuer").GetString());
            Assert.Equal(
                "https://h.example.test/tenant1/oauth/userinfo", document.GetProperty("userinfo_endpoint").GetString());
        }

        using var elsewhere = await server.Http.GetAsync(
            new Uri("/.well-known/openid-configuration", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        var resource = await ReadAsync(server, "/.well-known/oauth-protected-resource/tenant1/oauth/userinfo");
        Assert.Equal("https://h.example.test/tenant1/oauth/userinfo", resource.GetProperty("resource").GetString());
        using var missing = await server.Http.GetAsync(
            new Uri("/tenant1/oauth/userinfo", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains(
            "\"https://h.example.test/.well-known/oauth-protected-resource/tenant1/oauth/userinfo\"",
            missing.Headers.WwwAuthenticate.ToString(),
            StringComparison.Ordinal);
    }

    [Fact, Row("OIDC-22")]
    public async Task It_agrees_with_that_of_the_authorization_server()
    {
        var (ours, theirs) = (
            await ReadAsync(flow.Server, "/.well-known/openid-configuration"),
            await ReadAsync(flow.Server, "/.well-known/oauth-authorization-server"));
        foreach (var member in theirs.EnumerateObject())
            Assert.Equal(member.Value.GetRawText(), ours.GetProperty(member.Name).GetRawText());
        foreach (var member in ours.EnumerateObject())
            Assert.Equal(member.Value.GetRawText(), theirs.GetProperty(member.Name).GetRawText());
        foreach (var member in (string[])[
            "code_challenge_methods_supported",
            "authorization_response_iss_parameter_supported",
            "acr_values_supported",
            "pushed_authorization_request_endpoint",
        ])
        {
            Assert.True(ours.TryGetProperty(member, out _));
        }
    }

    [Fact]
    public async Task The_userinfo_endpoint_has_metadata_as_an_API()
    {
        var document = await ReadAsync(flow.Server, "/.well-known/oauth-protected-resource/oauth/userinfo");

        Assert.Equal(TestServer.Issuer + "/oauth/userinfo", document.GetProperty("resource").GetString());
        Assert.Equal(
            [TestServer.Issuer],
            document.GetProperty("authorization_servers").EnumerateArray().Select(server => server.GetString()));
        Assert.DoesNotContain(
            "offline_access", document.GetProperty("scopes_supported").GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ReadAsync(TestServer server, string path)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(
            (HttpStatusCode.OK, "application/json"),
            (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }
}
