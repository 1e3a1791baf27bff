using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>
/// Bytes that are no HTTP request never reach an endpoint: the web server itself answers 400 without a body and closes
/// the connection (RFC 9112 §2.2), and offers no way to put words in. What can be read as a request gets the endpoint's
/// own form.
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class BareRefusalTests(SharedServer shared)
{
    private const string Https = "Host: x\r\nX-Forwarded-Proto: https\r\n";
    private const string Form = "POST /oauth/token HTTP/1.1\r\n" + Https
        + "Content-Type: application/x-www-form-urlencoded\r\n";

    public static TheoryData<string> NoRequest =>
    [
        "GARBAGE\r\n\r\n",
        "GET\r\n\r\n",
        "GET /oauth/authorize\r\n" + Https + "\r\n",
        "G\0T /oauth/authorize HTTP/1.1\r\n" + Https + "\r\n",
        "GET oauth/authorize HTTP/1.1\r\n" + Https + "\r\n",
        "GET /oauth/authorize HTTP/1.1\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\n" + Https + "no colon\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\n" + Https + "bad name: y\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\n" + Https + "Accept: \0\r\n\r\n",
        "GET /oauth/authorize HTTP/1.1\r\n" + Https + "Accept: \u00ff\r\n\r\n",
        Form + "Authorization: Basic \0\r\nContent-Length: 0\r\n\r\n",
        Form + "Content-Length: x\r\n\r\n",
        Form + "Transfer-Encoding: gzip\r\n\r\n",
    ];

    public static TheoryData<string> NoTarget =>
    [
        "/oauth/token\0", "/oauth/token%00", "/%00", "/oauth/authorize/%00", "/account/sign-in%00", "/oauth/\u00ff",
        "/oauth/authorize?state=\0", "/oauth/authorize?state=\u00ff", "/oauth/authorize?client_id=\u00c3\u00a9",
    ];

    [Theory]
    [Row("GEN-07")]
    [Row("GEN-08")]
    [MemberData(nameof(NoRequest))]
    public async Task What_is_no_request_gets_a_bare_400(string bytes) =>
        AssertBare(await RawHttp.SendAsync(shared.Server, bytes));

    [Theory]
    [Row("GEN-07")]
    [Row("GEN-08")]
    [MemberData(nameof(NoTarget))]
    public async Task A_request_target_that_is_none_gets_a_bare_400(string target)
    {
        AssertBare(await RawHttp.GetAsync(shared.Server, target));
        AssertBare(await RawHttp.PostAsync(shared.Server, target, "token=x&client_id=demo-spa"));
    }

    [Fact]
    [Row("GEN-07")]
    public async Task A_version_that_does_not_exist_gets_505_as_HTTP_names_it()
    {
        var reply = await RawHttp.SendAsync(shared.Server, "GET /oauth/authorize HTTP/9.9\r\n" + Https + "\r\n");
        Assert.Equal((505, "0", string.Empty), (reply.Status, reply["Content-Length"], reply.Body));
    }

    [Theory]
    [Row("GEN-07")]
    [Row("GEN-08")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n")]
    [InlineData("Content-Length: 5\r\n\r\n\0\0\0\0\0")]
    [InlineData("Content-Length: 3\r\n\r\n%00")]
    public async Task A_body_that_cannot_be_read_gets_the_form_of_its_endpoint(string rest)
    {
        var reply = await RawHttp.SendAsync(shared.Server, Form + rest);
        Assert.Equal((400, "application/json"), (reply.Status, reply["Content-Type"]));
        Assert.Contains("no-store", reply["Cache-Control"], StringComparison.Ordinal);
        Assert.Contains("\"error\":\"invalid_request\"", reply.Body, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", reply["X-Correlation-Id"]);
    }

    private static void AssertBare(RawReply reply)
    {
        Assert.Equal(
            (400, "0", "close", string.Empty),
            (reply.Status, reply["Content-Length"], reply["Connection"], reply.Body));
        Assert.Equal(
            ["Connection", "Content-Length", "Date"],
            reply.Headers.Select(header => header.Split(':')[0]).Order(StringComparer.Ordinal));
    }
}
