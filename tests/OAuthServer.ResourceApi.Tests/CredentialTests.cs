using System.Text;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Where a token may stand in a request (RFC 6750 §2).</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [Row("RS-01")]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("BEARER ")]
    [InlineData("bEaReR ")]
    [InlineData("Bearer   ")]
    public async Task A_valid_token_is_accepted_with_the_scheme_in_any_case(string scheme)
    {
        var reply = await _api.SendAsync(HttpMethod.Get, "/read", [scheme + _api.Token()]);
        Expect.Ok(reply);
        Assert.Equal("hello client-1", reply.Body);
    }

    [Fact]
    [Row("RS-01")]
    public async Task The_subject_is_the_name_of_the_user() =>
        Assert.Equal("user-1", (await _api.GetAsync(_api.Token(), "/any")).Body);

    [Theory]
    [Row("RS-02")]
    [Row("RS-17")]
    [InlineData(null)]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("DPoP abc")]
    [InlineData("Bearerish abc")]
    [InlineData("Bear")]
    public async Task A_request_without_a_bearer_token_is_challenged_without_an_error_code(string? authorization) =>
        Expect.MissingToken(
            await _api.SendAsync(HttpMethod.Get, "/read", authorization is null ? [] : [authorization]));

    [Fact]
    [Row("RS-03")]
    public async Task A_token_in_the_query_or_in_a_body_is_not_used()
    {
        var token = _api.Token();
        Expect.MissingToken(await _api.GetAsync(null, "/read?access_token=" + token));
        Expect.MissingToken(await _api.SendAsync(HttpMethod.Post, "/echo", [], Form("access_token=" + token)));
        Expect.MissingToken(await _api.SendAsync(HttpMethod.Put, "/read", [], Form("access_token=" + token)));
        Expect.MissingToken(await _api.SendAsync(HttpMethod.Get, "/read", [], Form("access_token=" + token)));
    }

    [Fact]
    [Row("RS-04")]
    public async Task A_token_in_two_places_is_an_error()
    {
        var token = _api.Token();
        var header = "Bearer " + token;
        Expect.InvalidRequest(await _api.SendAsync(HttpMethod.Get, "/read?access_token=" + token, [header]));
        Expect.InvalidRequest(await _api.SendAsync(HttpMethod.Get, "/read?access_token=", [header]));
        Expect.InvalidRequest(
            await _api.SendAsync(HttpMethod.Post, "/echo", [header], Form("a=b&access_token=" + token)));
        Expect.InvalidRequest(await _api.SendAsync(HttpMethod.Put, "/read", [header], Form("access%5ftoken=" + token)));
    }

    [Fact]
    [Row("RS-04")]
    public async Task Two_authorization_headers_are_an_error()
    {
        var token = _api.Token();
        foreach (var second in new[] { "Bearer " + token, "Bearer other", "Basic dXNlcjpwYXNz" })
        {
            var status = await RawAsync(
                $"GET /read HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nAuthorization: "
                    + $"{second}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 400", status, StringComparison.Ordinal);
            Assert.Contains("error=\"invalid_request\"", status, StringComparison.Ordinal);
            Assert.Contains("""{"error":"invalid_request"}""", status, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Row("RS-04")]
    public async Task A_form_without_a_token_reaches_the_endpoint_untouched()
    {
        var header = "Bearer " + _api.Token();
        Assert.Equal("a=b&c=d", (await _api.SendAsync(HttpMethod.Post, "/echo", [header], Form("a=b&c=d"))).Body);
        var large = "a=" + new string('x', 200_000);
        Assert.Equal(large, (await _api.SendAsync(HttpMethod.Post, "/echo", [header], Form(large))).Body);
        using var json = new StringContent("""{"access_token":"x"}""", Encoding.UTF8, "application/json");
        Expect.Ok(await _api.SendAsync(HttpMethod.Post, "/echo", [header], json));
        // What is no form at all is the endpoint's own affair.
        Expect.Ok(await _api.SendAsync(HttpMethod.Post, "/echo", [header], Form("%zz&&=%ff&" + new string('k', 5000))));
    }

    [Theory]
    [Row("RS-05")]
    [InlineData("Bearer")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a, Bearer b")]
    [InlineData("Bearer \"abc\"")]
    [InlineData("Bearer a;b")]
    [InlineData("Bearer a%20b")]
    [InlineData("Bearer {}")]
    [InlineData("Bearer =")]
    [InlineData("Bearer a=b")]
    [InlineData("bearer\tabc")]
    [InlineData("Bearer,abc")]
    public async Task Malformed_credentials_are_a_bad_request(string authorization) =>
        Expect.InvalidRequest(await _api.SendAsync(HttpMethod.Get, "/read", [authorization]));

    [Theory]
    [Row("RS-05")]
    [InlineData("abc")]
    [InlineData("abc==")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("....")]
    [InlineData("-")]
    [InlineData("rt_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_well_formed_token_that_is_no_access_token_is_invalid(string token) =>
        Expect.InvalidToken(await _api.GetAsync(token));

    [Fact]
    public async Task An_endpoint_open_to_all_is_not_disturbed_by_credentials()
    {
        foreach (var value in new[] { "Bearer", "Bearer abc", "Bearer " + _api.Token() })
            Assert.Equal("open", (await _api.SendAsync(HttpMethod.Get, "/open", [value])).Body);
    }

    private static StringContent Form(string body) => new(body, Encoding.UTF8, "application/x-www-form-urlencoded");

    private async Task<string> RawAsync(string request)
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", _api.Http.BaseAddress!.Port, ct);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), ct);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(ct);
    }
}
