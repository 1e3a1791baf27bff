using System.Net;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>
/// What the probe makes of answers and of outages; through a real server it is tested with the operators' commands.
/// </summary>
public sealed class ProbeCheckTests
{
    private const string Issuer = "https://as.example.test";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(65_536, "")]
    [InlineData(65_537, "Error probe_refused")]
    public async Task Of_an_answer_64_KiB_are_read(int length, string expected)
    {
        var body = $$"""{"issuer":"{{Issuer}}"}""".PadLeft(length);

        Assert.Equal(expected, string.Join(", ", (await AskAsync(() => Answer(HttpStatusCode.OK, body))).Codes()));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public async Task Of_another_issuer_200_characters_are_shown(int length)
    {
        var other = "https://".PadRight(length, 'x');
        var finding = Assert.Single(
            (await AskAsync(() => Answer(HttpStatusCode.OK, $$"""{"issuer":"{{other}}"}"""))).Findings);

        Assert.Equal(
            $"The server there says that its issuer is {other[..200]}; here it is {Issuer}. Clients refuse the "
                + "metadata (RFC 8414 §3.3).",
            finding.What);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "{\"issuer\":\"https://as.example.test\"}", "", "https")]
    [InlineData(HttpStatusCode.BadRequest, "{\"error\":\"invalid_request\"}", "Error probe_scheme_http", "http")]
    [InlineData(HttpStatusCode.OK, "{\"error\":\"invalid_request\"}", "Error probe_refused", null)]
    [InlineData(HttpStatusCode.BadRequest, "{\"issuer\":\"https://as.example.test\"}", "Error probe_refused", null)]
    public async Task Status_and_body_belong_together(
        HttpStatusCode status, string body, string expected, string? scheme)
    {
        var result = await AskAsync(() => Answer(status, body));

        Assert.Equal(expected, string.Join(", ", result.Codes()));
        Assert.Equal(((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture), result.Fact("answer"));
        Assert.Equal(scheme, result.Facts.SingleOrDefault(fact => fact.Name == "scheme seen")?.Value);
    }

    public static TheoryData<Exception, string> Outages => new()
    {
        { new HttpRequestException("refused"), "refused" },
        { new HttpRequestException("refused", new IOException("port 443")), "refused (port 443)" },
        { new IOException("the line broke"), "the line broke" },
        { new TaskCanceledException("a timeout"), "it took too long." },
    };

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task An_outage_is_told_with_its_cause(Exception outage, string cause)
    {
        var finding = Assert.Single((await AskAsync(() => throw outage)).Findings);

        Assert.Equal(
            (FindingIds.ProbeUnreachable, $"{Issuer}/.well-known/oauth-authorization-server does not answer: {cause}"),
            (finding.Id, finding.What));
    }

    [Fact]
    public async Task What_is_no_outage_is_not_hidden()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => AskAsync(() => throw new InvalidOperationException("a bug")));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => AskAsync(() => throw new OperationCanceledException(), stop.Token));
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body) };

    private static async Task<CheckResult> AskAsync(Func<HttpResponseMessage> answer, CancellationToken? ct = null)
    {
        using var http = new HttpMessageInvoker(new Scripted(answer));
        return await new ProbeCheck(Checking.Address(Issuer), http).RunAsync(ct ?? Ct);
    }

    private sealed class Scripted(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }
}
