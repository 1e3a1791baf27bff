using Microsoft.AspNetCore.Http;
using OAuthServer.Endpoints;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Endpoints;

/// <summary>Bodies of the form endpoints (RFC 6749 §3.2, Appendix B).</summary>
public sealed class FormReaderTests
{
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData(Form)]
    [InlineData("Application/X-WWW-Form-Urlencoded")]
    [InlineData(Form + ";charset=UTF-8")]
    [InlineData(Form + "; charset=utf-8")]
    [InlineData(Form + "; charset=\"utf-8\"")]
    [InlineData(Form + "; x=y")]
    [InlineData(Form + ";")]
    [InlineData(Form + " ; charset=utf8")]
    [InlineData(Form + "; charset=ISO-8859-1")]
    [InlineData(Form + "; charset=us-ascii")]
    [InlineData(Form + "; charset=windows-1252; boundary=x")]
    [InlineData(Form + "; charset")]
    public async Task A_form_is_read_whatever_its_sender_appends_to_the_type(string contentType)
    {
        Assert.False((await ReadAsync(contentType, "a=b"u8.ToArray())).Failed(out _, out var parameters));
        Assert.Equal("b", parameters["a"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded-not")]
    [InlineData("application/x-www-form")]
    [InlineData(Form + "; charset=utf-16")]
    [InlineData(Form + "; charset=\"UTF-16LE\"")]
    [InlineData(Form + ";charset=utf-32")]
    [InlineData(Form + ", application/json")]
    [InlineData("garbage")]
    public async Task Another_content_type_is_refused(string? contentType) =>
        AssertRefused(await ReadAsync(contentType, "a=b"u8.ToArray()), 400, "content_type_unsupported");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_is_bounded_whether_or_not_it_says_its_length(bool saysLength)
    {
        var longest = Body(FormReader.LongestBody);
        Assert.False((await ReadAsync(Form, longest, saysLength)).Failed(out _, out var parameters));
        Assert.Equal(FormReader.LongestBody - 2, parameters["a"]!.Length);
        AssertRefused(await ReadAsync(Form, Body(FormReader.LongestBody + 1), saysLength), 413, "body_too_large");
    }

    [Fact]
    public async Task A_body_that_arrives_byte_by_byte_is_read_whole()
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = Form;
        http.Request.Body = new Trickle([.. "a=b%20c&d=e"u8]);
        Assert.False((await FormReader.ReadAsync(http.Request, TestContext.Current.CancellationToken))
            .Failed(out _, out var parameters));
        Assert.Equal(("b c", "e"), (parameters["a"], parameters["d"]));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task A_content_type_longer_than_any_is_not_read(int length, bool isRead)
    {
        var read = await ReadAsync((Form + "; x=").PadRight(length, 'y'), "a=b"u8.ToArray());

        if (isRead) Assert.False(read.Failed(out _, out _));
        else AssertRefused(read, 400, "content_type_unsupported");
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%ff")]
    public async Task A_body_that_is_not_well_encoded_is_refused(string body) =>
        AssertRefused(await ReadAsync(Form, System.Text.Encoding.ASCII.GetBytes(body)), 400, "body_malformed");

    private static byte[] Body(int length) => [.. "a="u8, .. Enumerable.Repeat((byte)'x', length - 2)];

    private static ValueTask<Result<Parameters>> ReadAsync(string? contentType, byte[] body, bool saysLength = true)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = contentType;
        http.Request.ContentLength = saysLength ? body.Length : null;
        http.Request.Body = new MemoryStream(body);
        return FormReader.ReadAsync(http.Request, TestContext.Current.CancellationToken);
    }

    private static void AssertRefused(Result<Parameters> result, int status, string reason)
    {
        Assert.True(result.Failed(out var error, out _));
        Assert.Equal(("invalid_request", status, reason), (error.Code, error.Status, error.Reason));
    }

    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
