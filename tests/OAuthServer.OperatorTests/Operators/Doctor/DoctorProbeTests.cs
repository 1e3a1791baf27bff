using System.Net;
using Microsoft.Extensions.Options;
using OAuthServer.Operators.Doctor;
using OAuthServer.Settings;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary><c>doctor --probe</c>: what comes back from the issuer's address, through a proxy that the test plays.</summary>
public sealed class DoctorProbeTests
{
    [Fact]
    public async Task A_proxy_that_says_https_is_well_and_the_scheme_is_known()
    {
        await using var server = await TestServer.StartAsync();

        var saw = await ProbeAsync(TestServer.Issuer, new ToServer(server.Address, "https"));

        Assert.Empty(saw.Findings);
        Assert.Contains(new Fact("scheme seen", "https"), saw.Facts);
        Assert.Contains(new Fact("asked", "https://as.example.test/.well-known/oauth-authorization-server"), saw.Facts);
    }

    [Fact]
    public async Task A_proxy_that_forgets_the_scheme_is_found()
    {
        await using var server = await TestServer.StartAsync();

        var saw = await ProbeAsync(TestServer.Issuer, new ToServer(server.Address, null));

        Assert.Equal(FindingIds.ProbeSchemeHttp, Assert.Single(saw.Findings).Id);
        Assert.Contains(new Fact("scheme seen", "http"), saw.Facts);
    }

    [Fact]
    public async Task A_server_with_another_issuer_is_found()
    {
        await using var server = await TestServer.StartAsync();

        var finding = Assert.Single((await ProbeAsync("https://other.example.test", new ToServer(server.Address, "https"))).Findings);

        Assert.Equal(FindingIds.ProbeIssuerDiffers, finding.Id);
        Assert.Contains(TestServer.Issuer, finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.Found, "")]
    [InlineData(HttpStatusCode.BadGateway, "<html>no")]
    [InlineData(HttpStatusCode.OK, "[]")]
    [InlineData(HttpStatusCode.OK, "{\"issuer\":7}")]
    [InlineData(HttpStatusCode.BadRequest, "{\"error\":\"other\"}")]
    public async Task An_answer_that_is_not_ours_is_found(HttpStatusCode status, string body)
    {
        var saw = await ProbeAsync(TestServer.Issuer, new Fixed(() => new(status) { Content = new StringContent(body) }));

        Assert.Equal(FindingIds.ProbeRefused, Assert.Single(saw.Findings).Id);
    }

    [Fact]
    public async Task No_answer_is_found_with_its_cause()
    {
        var saw = await ProbeAsync(TestServer.Issuer, new Fixed(() => throw new HttpRequestException("Name or service not known (as.example.test:443)")));

        var finding = Assert.Single(saw.Findings);
        Assert.Equal(FindingIds.ProbeUnreachable, finding.Id);
        Assert.Contains("Name or service not known", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_asks_only_when_it_is_told_to()
    {
        await using var database = await TestDatabase.CreateAsync();
        var settings = DoctorRun.Settings(database);
        settings["OAuth:Issuer"] = "https://127.0.0.1:1";
        string[] arguments = ["--json", "--ignore", "issuer_loopback", .. DoctorRun.KnownOfTests];

        Assert.Empty((await DoctorRun.WithAsync(settings, null, arguments)).Findings);
        Assert.Equal(["error probe_unreachable"], (await DoctorRun.WithAsync(settings, null, [.. arguments, "--probe"])).Findings);
    }

    private static async Task<CheckResult> ProbeAsync(string issuer, HttpMessageHandler network)
    {
        using var http = new HttpMessageInvoker(network);
        return await new ProbeCheck(new ServerAddress(Options.Create(new OAuthOptions { Issuer = issuer })), http).ExamineAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The name resolves to the test's server, and TLS ends in front of it.</summary>
    private sealed class ToServer(Uri address, string? scheme) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            if (scheme is not null) request.Headers.Add("X-Forwarded-Proto", scheme);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Fixed(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }
}
