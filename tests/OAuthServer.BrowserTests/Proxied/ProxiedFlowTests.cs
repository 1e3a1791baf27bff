using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>Behind nginx as docs/nginx.conf sets it up, instances come and go and nobody notices.</summary>
[Collection(BehindNginx.Name)]
public sealed partial class ProxiedFlowTests(ProxiedStage proxied, Stage stage)
{
    private ProxiedServers Servers => proxied.Servers;

    [LongGateFact]
    public async Task Fifty_people_sign_in_and_fifty_apps_are_served_while_instances_are_restarted()
    {
        using var over = new CancellationTokenSource();
        var probes = Task.WhenAll(
            ReadOnAsync("/.well-known/oauth-authorization-server", over.Token),
            ReadOnAsync("/.well-known/jwks.json", over.Token));
        var flows = 0;
        await FlowsAsync(5);
        for (var round = 0; round < 4; round++)
        {
            // The one that was started last is in use again by the time when the other has drained.
            var which = round % 2;
            await proxied.TellToStopAsync(which);
            await FlowsAsync(1);
            // Nothing is under way when it leaves: a POST on a connection that is not accepted any more would be lost,
            // and sent twice by nobody (docs/operations/install.md).
            await Servers.EndedAsync(which);
            await FlowsAsync(6);
            await Servers.StartAsync(which);
        }

        await FlowsAsync(17);
        await over.CancelAsync();
        Assert.All(await probes, read => Assert.True(read > 20, $"Only {read} documents were read."));
        Assert.Equal(50, flows);
        await AssertLogsAsync();

        async Task FlowsAsync(int count)
        {
            for (var i = 0; i < count; i++) await FlowAsync(++flows);
        }
    }

    [Fact]
    public async Task Five_people_with_a_real_browser_reach_the_app_while_an_instance_is_restarted()
    {
        var app = await stage.RegisterAsync("Proxied App", Servers.Database);
        using var backend = Servers.ClientFrom("127.0.5.1");
        for (var person = 0; person < 5; person++)
        {
            if (person == 2) await proxied.TellToStopAsync(0);
            if (person == 3) await Servers.EndedAsync(0);
            await using var context = await stage.OpenAtAsync(Servers.Address);
            var page = await context.NewPageAsync();
            await page.GotoAsync(app.Ask());
            var answer = await page.GoOnAsync(app);
            Assert.Equal(Issuer, answer["iss"]);
            await UseAsync(backend, answer.Code, app.Id, app.RedirectUri);
        }

        await Servers.StartAsync(0);
    }

    private string Issuer => Servers.Address.GetLeftPart(UriPartial.Authority);

    // From the app to the sign-in form, to the consent form, back to the app with a code, and what the app does with
    // it.
    private async Task FlowAsync(int number)
    {
        var email = await Servers.EnrolAsync(number);
        using var browser = Servers.BrowserFrom(string.Create(CultureInfo.InvariantCulture, $"127.0.1.{number}"));
        using var backend = Servers.ClientFrom(string.Create(CultureInfo.InvariantCulture, $"127.0.2.{number}"));
        var state = string.Create(CultureInfo.InvariantCulture, $"state-of-{number}");

        using var sentToSignIn = await browser.GetAsync(new AuthorizationAsk().With("state", state).Path);
        using var signIn = await browser.GetAsync(NextPath(sentToSignIn));
        Assert.Equal(HttpStatusCode.OK, signIn.StatusCode);
        using var signedIn = await browser.TypePasswordAsync(signIn, email);
        using var consent = await browser.GetAsync(NextPath(signedIn));
        Assert.Equal(HttpStatusCode.OK, consent.StatusCode);
        using var agreed = await browser.DecideAsync(consent, "allow");
        Assert.Equal(HttpStatusCode.SeeOther, agreed.StatusCode);
        var answer = new AuthorizationAnswer(agreed.Headers.Location!.OriginalString);

        Assert.Equal(TestData.WebRedirectUri, answer.Target);
        Assert.Equal((state, Issuer), (answer["state"], answer["iss"]));
        await UseAsync(backend, answer.Code, TestData.Web, TestData.WebRedirectUri);
    }

    private async Task UseAsync(HttpClient backend, string? code, string clientId, string redirectUri)
    {
        Assert.NotNull(code);
        (string, string?)[] client = [("client_id", clientId), ("client_secret", TestData.Secret)];
        var tokens = await PostAsync(
            backend,
            "/oauth/token",
            [
                .. client,
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirectUri),
                ("code_verifier", AuthorizationAsk.Verifier),
            ]);
        Assert.Equal((HttpStatusCode.OK, null), (tokens.Status, tokens.Error));
        Assert.Equal(Issuer, new JsonWebToken(tokens.AccessToken).Issuer);
        var refreshed = await PostAsync(
            backend,
            "/oauth/refresh",
            [.. client, ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken)]);
        Assert.Equal((HttpStatusCode.OK, null), (refreshed.Status, refreshed.Error));
        var revoked = await PostAsync(backend, "/oauth/revoke", [.. client, ("token", refreshed.RefreshToken)]);
        Assert.Equal((HttpStatusCode.OK, null), (revoked.Status, revoked.Error));
        var late = await PostAsync(
            backend,
            "/oauth/token",
            [.. client, ("grant_type", "refresh_token"), ("refresh_token", refreshed.RefreshToken)]);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (late.Status, late.Error));
    }

    // Reads a document again and again; how often it came.
    private async Task<int> ReadOnAsync(string path, CancellationToken over)
    {
        using var http = Servers.ClientFrom("127.0.4.1");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var read = 0;
        while (!over.IsCancellationRequested)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            read++;
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return read;
    }

    // Both were used, nothing failed, and what nginx logs helps without telling too much.
    private async Task AssertLogsAsync()
    {
        var log = await Servers.Nginx.LogsAsync();
        Assert.Equal(2, Upstream().Matches(log).Select(match => match.Groups[1].Value).Distinct().Count());
        Assert.DoesNotMatch(@"\) 5\d\d |"" 5\d\d ", log);
        Assert.DoesNotContain("state-of-", log, StringComparison.Ordinal);
        Assert.DoesNotContain("?", log, StringComparison.Ordinal);
        var id = Correlation().Match(log).Groups[1].Value;
        Assert.Equal(1, await Servers.Database.ScalarAsync<long>(
            "SELECT count(DISTINCT correlation_id) FROM oauth_audit_events WHERE correlation_id = $1", id));
    }

    private static async Task<Reply> PostAsync(HttpClient http, string path, (string Name, string? Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(
            fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value ?? "")));
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Reply.ReadAsync(response);
    }

    private static string NextPath(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    [GeneratedRegex(@"upstream (127\.0\.0\.1:\d+) 200 ")]
    private static partial Regex Upstream();

    [GeneratedRegex(@"POST /oauth/token"" 200 .* id ([0-9a-f]{32})")]
    private static partial Regex Correlation();
}
