using System.Net;
using Microsoft.Extensions.Options;
using OAuthServer.Operators.Doctor;
using OAuthServer.Settings;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>
/// <c>doctor --probe</c>: what comes back from the issuer's address, through a proxy that the test plays.
/// </summary>
public sealed class DoctorProbeTests
{
    [Fact]
    public async Task A_proxy_that_says_https_is_well_and_the_scheme_is_known()
    {
        await using var server = await TestServer.StartAsync();

        var result = await ProbeAsync(TestServer.Issuer, new ToServer(server.Address, "https"));

        Assert.Empty(result.Findings);
        Assert.Contains(new CheckFact("scheme seen", "https"), result.Facts);
        Assert.Contains(
            new CheckFact("asked", "https://as.example.test/.well-known/oauth-authorization-server"), result.Facts);
    }

    [Fact]
    public async Task A_proxy_that_forgets_the_scheme_is_found()
    {
        await using var server = await TestServer.StartAsync();

        var result = await ProbeAsync(TestServer.Issuer, new ToServer(server.Address, null));

        Assert.Equal(FindingIds.ProbeSchemeHttp, Assert.Single(result.Findings).Id);
        Assert.Contains(new CheckFact("scheme seen", "http"), result.Facts);
    }

    [Fact]
    public async Task A_server_with_another_issuer_is_found()
    {
        await using var server = await TestServer.StartAsync();

        var result = await ProbeAsync("https://other.example.test", new ToServer(server.Address, "https"));

        var finding = Assert.Single(result.Findings);
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
        var answer = new Fixed(() => new(status) { Content = new StringContent(body) });

        var result = await ProbeAsync(TestServer.Issuer, answer);

        Assert.Equal(FindingIds.ProbeRefused, Assert.Single(result.Findings).Id);
    }

    [Fact]
    public async Task No_answer_is_found_with_its_cause()
    {
        const string cause = "Name or service not known (as.example.test:443)";

        var result = await ProbeAsync(TestServer.Issuer, new Fixed(() => throw new HttpRequestException(cause)));

        var finding = Assert.Single(result.Findings);
        Assert.Equal(FindingIds.ProbeUnreachable, finding.Id);
        Assert.Contains("Name or service not known", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_asks_only_when_it_is_told_to()
    {
        await using var database = await Apis.CreateDatabaseAsync();
        var settings = DoctorRun.Settings(database);
        settings["OAuth:Issuer"] = "https://127.0.0.1:1";
        string[] arguments = ["--json", "--ignore", "issuer_loopback", .. DoctorRun.KnownOfTests];

        Assert.Empty((await DoctorRun.WithAsync(settings, null, arguments)).Findings);
        var probed = await DoctorRun.WithAsync(settings, null, [.. arguments, "--probe"]);
        Assert.Equal(["error probe_unreachable"], probed.Findings);
    }

    private static async Task<CheckResult> ProbeAsync(string issuer, HttpMessageHandler network)
    {
        using var http = new HttpMessageInvoker(network);
        var address = new ServerAddress(Options.Create(new OAuthOptions { Issuer = issuer }));
        return await new ProbeCheck(address, http).RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The name resolves to the test's server, and TLS ends in front of it.</summary>
    private sealed class ToServer(Uri address, string? scheme)
        : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(address, request.RequestUri!.PathAndQuery);
            if (scheme is not null) request.Headers.Add("X-Forwarded-Proto", scheme);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Fixed(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }
}
