using System.Net;
using System.Text.Json;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Discovery;

/// <summary>Authorization server metadata (RFC 8414) and the published keys (RFC 7517).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class MetadataTests(SharedServer shared)
{
    private const string Document = "/.well-known/oauth-authorization-server";
    private const string Keys = "/.well-known/jwks.json";
    private readonly TestServer _server = shared.Server;

    [Theory, Row("META-01"), Row("KEY-01")]
    [InlineData(Document)]
    [InlineData(Keys)]
    public async Task The_document_is_served_to_everyone(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, ("Origin", "https://anyone.example"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["*"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.InRange(answer.Headers.CacheControl!.MaxAge!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Assert.Equal(JsonValueKind.Object, (await JsonAsync(answer)).ValueKind);
        using var head = await SendAsync(HttpMethod.Head, path);
        Assert.Equal(
            (HttpStatusCode.OK, 0),
            (head.StatusCode, (await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length));
        using var post = await SendAsync(HttpMethod.Post, path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Theory, Row("META-01")]
    [InlineData("{0}", true)]
    [InlineData("W/{0}", true)]
    [InlineData("\"other\", {0}", true)]
    [InlineData("\"other\", W/{0} , W/\"x\"", true)]
    [InlineData("*", true)]
    [InlineData("\"other\"", false)]
    [InlineData("W/\"other\"", false)]
    [InlineData("not a tag", false)]
    public async Task What_a_reader_holds_is_not_sent_again(string held, bool isHeld)
    {
        foreach (var path in (string[])[Document, Keys, "/oauth/revocations"])
        {
            using var first = await SendAsync(HttpMethod.Get, path);
            var tag = first.Headers.ETag!.ToString();
            var condition = ("If-None-Match", held.Replace("{0}", tag, StringComparison.Ordinal));
            using var again = await SendAsync(HttpMethod.Get, path, condition);
            Assert.Equal(isHeld ? HttpStatusCode.NotModified : HttpStatusCode.OK, again.StatusCode);
            Assert.Equal(tag, again.Headers.ETag!.ToString());
        }
    }

    [Fact, Row("META-02"), Row("META-04"), Row("META-05"), Row("META-06")]
    public async Task The_members_say_what_works()
    {
        var metadata = await ReadAsync(_server, Document);
        foreach (var (name, expected) in (IEnumerable<(string, string)>)
        [
            ("issuer", $"\"{TestServer.Issuer}\""),
            ("authorization_endpoint", $"\"{TestServer.Issuer}/oauth/authorize\""),
            ("token_endpoint", $"\"{TestServer.Issuer}/oauth/token\""),
            ("revocation_endpoint", $"\"{TestServer.Issuer}/oauth/revoke\""),
            ("jwks_uri", $"\"{TestServer.Issuer}/.well-known/jwks.json\""), ("response_types_supported", "[\"code\"]"),
            (
                "scopes_supported",
                "[\"openid\",\"profile\",\"email\",\"phone\",\"address\",\"offline_access\",\"read\",\"write\"]"),
            ("response_modes_supported", "[\"query\",\"form_post\"]"),
            ("grant_types_supported", "[\"authorization_code\",\"refresh_token\",\"client_credentials\"]"),
            ("code_challenge_methods_supported", "[\"S256\"]"),
            ("authorization_response_iss_parameter_supported", "true"),
            (
                "token_endpoint_auth_methods_supported",
                "[\"client_secret_basic\",\"client_secret_post\",\"private_key_jwt\",\"none\"]"), (
                    "revocation_endpoint_auth_methods_supported",
                    "[\"client_secret_basic\",\"client_secret_post\",\"private_key_jwt\",\"none\"]"),
        ])
        {
            Assert.Equal(expected, metadata.GetProperty(name).GetRawText());
        }

        using var browser = new TestBrowser(_server);
        Assert.Equal(TestServer.Issuer, (await browser.AuthorizeAsync(new AuthorizationAsk()))["iss"]);
    }

    [Fact, Row("META-10")]
    public async Task Signing_algorithms_are_listed_and_none_is_not_among_them()
    {
        string[] expected = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
        var metadata = await ReadAsync(_server, Document);
        var lists = metadata.EnumerateObject()
            .Where(member => member.Name.EndsWith("_signing_alg_values_supported", StringComparison.Ordinal))
            .ToList();
        Assert.All(lists, list =>
            Assert.DoesNotContain("none", list.Value.EnumerateArray().Select(algorithm => algorithm.GetString())));
        var ofClients = lists.Where(list =>
            list.Name.EndsWith("_endpoint_auth_signing_alg_values_supported", StringComparison.Ordinal)).ToList();
        Assert.Equal(["token", "revocation", "introspection"], ofClients.Select(list => list.Name.Split('_')[0]));
        Assert.All(
            ofClients,
            list => Assert.Equal(expected, list.Value.EnumerateArray().Select(algorithm => algorithm.GetString())));
        Assert.All(
            metadata.EnumerateObject()
                .Where(member => member.Name.EndsWith("_auth_methods_supported", StringComparison.Ordinal)),
            methods => Assert.Contains(
                "private_key_jwt", methods.Value.EnumerateArray().Select(method => method.GetString())));
    }

    [Fact]
    public async Task Scopes_are_listed_whatever_characters_their_names_have()
    {
        string[] names = ["notes:read", "https://api.example/notes.write", "urn:example#all", "a!b~c"];
        await using var server = await TestServer.StartAsync();
        await server.Database.ExecuteAsync(
            "UPDATE oauth_resources SET scopes = (SELECT jsonb_object_agg(name, 'Words') "
                + "FROM unnest($1::text[]) AS name)",
            [names]);
        await Eventually.BecomesTrue(
            async () => (await ReadAsync(server, Document))
                .GetProperty("scopes_supported")
                .EnumerateArray()
                .Select(name => name.GetString())
                .Skip(6)
                .SequenceEqual(names.Order(StringComparer.Ordinal)),
            TimeSpan.FromSeconds(15), "the new scopes are listed");
    }

    [Fact, Row("META-03")]
    public async Task An_issuer_with_a_path_has_its_document_at_the_inserted_path_alone()
    {
        await using var tenant = await TestServer.StartAsync(new()
        {
            Database = _server.Database,
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = TestServer.Issuer + "/tenant1" },
        });
        var metadata = await ReadAsync(tenant, Document + "/tenant1");
        Assert.Equal(TestServer.Issuer + "/tenant1", metadata.GetProperty("issuer").GetString());
        Assert.Equal(TestServer.Issuer + "/tenant1/oauth/token", metadata.GetProperty("token_endpoint").GetString());
        foreach (var path in (string[])[Document, "/tenant1" + Document])
        {
            using var answer = await tenant.Http.GetAsync(
                new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact, Row("META-07"), Row("META-08")]
    public async Task Every_url_exists_and_no_member_is_empty()
    {
        foreach (var member in (await ReadAsync(_server, Document)).EnumerateObject())
        {
            Assert.NotEqual(JsonValueKind.Null, member.Value.ValueKind);
            if (member.Value.ValueKind == JsonValueKind.Array) Assert.NotEqual(0, member.Value.GetArrayLength());
            if (!member.Name.EndsWith("_endpoint", StringComparison.Ordinal)
                && !member.Name.EndsWith("_uri", StringComparison.Ordinal)) continue;
            var url = new Uri(member.Value.GetString()!);
            Assert.Equal(("https", string.Empty), (url.Scheme, url.Fragment));
            using var answer = await SendAsync(HttpMethod.Get, url.PathAndQuery);
            Assert.NotEqual(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory, Row("META-09")]
    [InlineData("Host", "evil.example")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Prefix", "/evil")]
    [InlineData("X-Original-URL", "/evil")]
    [InlineData("Forwarded", "host=evil.example;proto=http")]
    public async Task No_header_changes_the_document(string name, string value)
    {
        using var usual = await SendAsync(HttpMethod.Get, Document);
        using var tricked = await SendAsync(HttpMethod.Get, Document, (name, value));
        Assert.Equal(
            await usual.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            await tricked.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact, Row("KEY-02")]
    public async Task The_keys_are_public_and_well_formed()
    {
        var keys = (await ReadAsync(_server, Keys)).GetProperty("keys").EnumerateArray().ToList();
        Assert.NotEmpty(keys);
        Assert.Equal(keys.Count, keys.Select(key => key.GetProperty("kid").GetString()).Distinct().Count());
        Assert.All(keys, key =>
        {
            Assert.Equal(("RSA", "sig", "RS256"), (
                key.GetProperty("kty").GetString(),
                key.GetProperty("use").GetString(),
                key.GetProperty("alg").GetString()));
            Assert.True(System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("n").GetString()).Length >= 256);
            Assert.Empty(key.EnumerateObject().Select(m => m.Name).Except(["kty", "use", "alg", "kid", "n", "e"]));
        });
    }

    private static async Task<JsonElement> ReadAsync(TestServer server, string path)
    {
        using var answer = await server.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await JsonAsync(answer);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
