using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>
/// Through nginx the limiter sees who asks, and nothing that a caller writes into a header counts (RFC 9700 §4.13).
/// </summary>
[Collection(BehindNginx.Name)]
public sealed partial class ForgedHeaderTests(ProxiedStage proxied)
{
    private const string Evil = "evil.example";

    private ProxiedServers Servers => proxied.Servers;

    [Fact]
    public async Task A_thousand_forged_headers_are_one_address_with_one_budget_on_each_instance()
    {
        await Servers.BothAnswerAsync();
        using var forger = Servers.ClientFrom("127.0.3.2");
        using var neighbour = Servers.ClientFrom("127.0.3.3");
        var answers = new List<HttpStatusCode>();
        // One after the other: what is refused takes its permit when the answer starts.
        foreach (var number in Enumerable.Range(0, 1000))
        {
            var refused = new Uri(new AuthorizationAsk().With("client_id", "nobody").Path, UriKind.Relative);
            using var request = new HttpRequestMessage(HttpMethod.Get, refused);
            var forged = string.Create(CultureInfo.InvariantCulture, $"198.51.{number / 250}.{number % 250 + 1}");
            request.Headers.Add("X-Forwarded-For", number % 2 == 0 ? forged : $"127.0.0.1, {forged}, 127.0.0.1");
            request.Headers.Add("X-Real-IP", forged);
            request.Headers.Add("Forwarded", $"for={forged};proto=https");
            using var answer = await forger.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            answers.Add(answer.StatusCode);
        }

        // Each instance counts for itself.
        Assert.Equal(2 * ProxiedServers.PermitLimit, answers.Count(status => status == HttpStatusCode.BadRequest));
        Assert.Equal(
            1000 - 2 * ProxiedServers.PermitLimit, answers.Count(status => status == HttpStatusCode.TooManyRequests));
        for (var instance = 0; instance < 2; instance++)
        {
            using var answer = await neighbour.GetAsync(
                new Uri(new AuthorizationAsk().Path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        }

        var audited = await Servers.Database.QueryAsync(
            "SELECT address FROM oauth_audit_events WHERE event = 'budget_used_up' AND reason = 'address_budget'");
        Assert.Equal(["127.0.3.2", "127.0.3.2"], audited.Select(row => row["address"]));
    }

    [Theory]
    [InlineData("X-Forwarded-Proto", "http")]
    [InlineData("X-Forwarded-Host", Evil)]
    [InlineData("X-Forwarded-Prefix", "/" + Evil)]
    [InlineData("X-Forwarded-Port", "80")]
    [InlineData("X-Original-Host", Evil)]
    [InlineData("Forwarded", "for=198.51.100.1;proto=http;host=" + Evil)]
    [InlineData("X-Forwarded-For", Evil)]
    [InlineData("Host", Evil)]
    public async Task A_forged_header_changes_no_issuer_url_or_cookie(string name, string value)
    {
        using var http = Servers.ClientFrom("127.0.3.4");
        foreach (var path in new[]
        {
            "/.well-known/oauth-authorization-server",
            "/.well-known/jwks.json",
            new AuthorizationAsk().Path,
        })
        {
            using var plain = await SendAsync(http, path);
            using var forged = await SendAsync(http, path, name, value);
            Assert.Equal(plain.StatusCode, forged.StatusCode);
            Assert.Equal(Place(plain), Place(forged));
            Assert.Equal(await TextAsync(plain), await TextAsync(forged));
        }

        using var signIn = await SendAsync(http, "/account/sign-in", name, value);
        Assert.Equal(HttpStatusCode.OK, signIn.StatusCode);
        Assert.DoesNotContain(Evil, await TextAsync(signIn), StringComparison.Ordinal);
        // The proxy of tests is not at port 443, and what is said of a host holds for all of its ports.
        Assert.False(signIn.Headers.Contains("Strict-Transport-Security"));
        Assert.All(signIn.Headers.GetValues("Set-Cookie"), cookie =>
        {
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task Health_is_for_probes_from_inside()
    {
        using var http = Servers.ClientFrom("127.0.3.5");
        using var answer = await SendAsync(http, "/health/ready");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_the_server_takes_and_answers_is_not_too_long_for_nginx()
    {
        using var http = Servers.ClientFrom("127.0.3.6");
        // A character that is escaped once in the request and twice on the way to the sign-in page.
        var path = new AuthorizationAsk().With("state", new string('"', 1000)).Path;
        using var sentToSignIn = await SendAsync(http, path);
        Assert.Equal(HttpStatusCode.SeeOther, sentToSignIn.StatusCode);
        Assert.True(sentToSignIn.Headers.Location!.OriginalString.Length > 4500);
        using var signIn = await SendAsync(http, sentToSignIn.Headers.Location.OriginalString);
        Assert.Equal(HttpStatusCode.OK, signIn.StatusCode);

        using var tooLong = await SendAsync(http, "/oauth/authorize?state=" + new string('s', 20_000));
        Assert.Equal(HttpStatusCode.BadRequest, tooLong.StatusCode);
        Assert.NotNull(tooLong.Headers.GetValues("X-Correlation-Id"));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, string path, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (header is not null) request.Headers.TryAddWithoutValidation(header, value);
        return await http.SendAsync(request);
    }

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync();

    // What a request remembers is sealed anew each time.
    private static string Place(HttpResponseMessage answer) =>
        Interaction().Replace(answer.Headers.Location?.OriginalString ?? "", "interaction");

    [GeneratedRegex(@"interaction%3D[\w-]+")]
    private static partial Regex Interaction();
}
