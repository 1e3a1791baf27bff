using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>What the listener takes at most, and that it does not say what it is.</summary>
public sealed class ServerHostTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_request_has_its_bounds()
    {
        var kestrel = _server.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        Assert.Equal(
            (32_768, 65_536, 1_048_576L),
            (
                kestrel.Limits.MaxRequestLineSize,
                kestrel.Limits.MaxRequestHeadersTotalSize,
                kestrel.Limits.MaxRequestBodySize));
        Assert.False(kestrel.AddServerHeader);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/account/sign-in")]
    [InlineData("/nowhere")]
    public async Task No_answer_names_the_software(string path)
    {
        using var answer = await _server.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
    }

    /// <summary>
    /// The path and 32 KiB for the whole line: the method, two blanks, the version and the end of the line count.
    /// </summary>
    [Theory]
    [InlineData(0, 404)]
    [InlineData(1, 414)]
    public async Task A_request_line_has_32_KiB(int more, int status)
    {
        var path = "/nowhere?".PadRight(32_768 - "GET  HTTP/1.1\r\n".Length + more, 'x');

        Assert.Equal(status, (await RawHttp.GetAsync(_server, path)).Status);
    }
}
