using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>A body that is framed in no way that HTTP knows (RFC 9112 §7.1) is the sender's fault.</summary>
[Collection(SharedServer.Name)]
public sealed class BodyFramingTests(SharedServer shared)
{
    private static readonly string[] Forms =
    [
        "/oauth/token", "/oauth/refresh", "/oauth/revoke", "/oauth/authorize", "/oauth/authorize/consent",
        "/account/sign-in", "/account/password", "/account/connections/withdraw",
    ];

    // Sizes that overflow, that are no number, that lack their end, and a chunk without one.
    private static readonly string[] Chunks =
    [
        "80000000\r\na=b\r\n0\r\n\r\n", "FFFFFFFF\r\na=b\r\n", "7FFFFFFFFFFFFFFF\r\na=b\r\n", "100000000\r\n",
        "-1\r\na=b\r\n", "zz\r\na=b\r\n", "\r\na=b\r\n", "3;x\na=b\r\n0\r\n\r\n", "3\r\na=bcd\r\n0\r\n\r\n",
    ];

    public static TheoryData<string, string> Bodies =>
        [.. from form in Forms from chunk in Chunks select new TheoryDataRow<string, string>(form, chunk)];

    [Theory, Row("GEN-09")]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_read_is_400(string path, string body)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = await shared.Server.ConnectAsync(ct);
        var request = $"POST {path} HTTP/1.1\r\nHost: as.example.test\r\nX-Forwarded-Proto: https\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
        await connection.WriteAsync(Encoding.ASCII.GetBytes(request), ct);

        using var reader = new StreamReader(connection);
        var status = await reader.ReadLineAsync(ct);

        Assert.StartsWith("HTTP/1.1 400", status, StringComparison.Ordinal);
    }
}
