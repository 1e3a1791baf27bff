using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Operators.Clients;
using OAuthServer.Outgoing;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Clients.Assertions;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Pages;

/// <summary>A picture is fetched once, judged by its bytes, and shown as it was then.</summary>
public sealed class LogoTests(OwnServer own) : IClassFixture<OwnServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Row("UI-15")]
    public async Task A_logo_is_ours_once_it_is_shown()
    {
        await using var origin = await KeyHost.StartAsync();
        using var fetcher = new LogoFetcher(
            origin.TrustedBy(GuardedHttp.CreateHandler(new AddressRules(["localhost"], []))), TimeProvider.System);
        var logos = own.Server.Services.GetRequiredService<ClientLogos>();
        var (first, second) = (Pictures.Png(), Pictures.Png(32, 32));
        origin.Answer("/logo", http => TypedAsync(http, "image/png", first));
        Assert.False((await fetcher.FetchAsync(origin.Https("/logo"), Ct)).Failed(out _, out var picture));
        await logos.TrySetAsync(
            TestData.Web,
            picture!,
            new AuditEvent(AuditEventNames.ClientChanged, null, AuditContext.Command, TestData.Web),
            Ct);

        var shown = await SourceAsync(source => source is not null);
        Assert.StartsWith("/account/app-logo?v=", shown, StringComparison.Ordinal);
        origin.Answer("/logo", http => TypedAsync(http, "image/png", second));
        Assert.Equal(shown, await SourceAsync(source => source is not null));
        Assert.Equal(first, await own.Server.Http.GetByteArrayAsync(new Uri(shown!, UriKind.Relative), Ct));
        Assert.Equal(1, origin.Requests("/logo"));

        foreach (var (path, answer, fault) in Refused())
        {
            origin.Answer(path, answer);
            Assert.True((await fetcher.FetchAsync(origin.Https(path), Ct)).Failed(out var why, out _), path);
            Assert.Contains(fault, why, StringComparison.Ordinal);
        }

        Assert.True((await fetcher.FetchAsync(origin.Http("/logo"), Ct)).Failed(out _, out _));
        using var strict = new LogoFetcher(
            origin.TrustedBy(GuardedHttp.CreateHandler(new AddressRules([], []))), TimeProvider.System);
        Assert.True((await strict.FetchAsync(origin.Https("/logo"), Ct)).Failed(out var refused, out _));
        Assert.Contains("private or reserved", refused, StringComparison.Ordinal);
        Assert.Equal(1, origin.Requests("/logo"));
        Assert.Equal(shown, await SourceAsync(source => source is not null));
    }

    [Fact]
    public async Task The_command_takes_a_file_and_takes_a_picture_away()
    {
        var run = new ClientsRunner(own.Database);
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, Pictures.Png(16, 16), Ct);
        Assert.Equal(
            "image/png",
            (await run.RunAsync("logo", TestData.OtherWeb, file, "--json")).Json.GetProperty("media_type").GetString());
        Assert.NotNull(await LogoAsync());
        await File.WriteAllTextAsync(file, "<svg xmlns='http://www.w3.org/2000/svg'/>", Ct);
        Assert.Equal(1, (await run.RunAsync("logo", TestData.OtherWeb, file)).Code);
        Assert.NotNull(await LogoAsync());
        Assert.Equal(1, (await run.RunAsync("logo", TestData.OtherWeb, "--fetch")).Code);
        Assert.Equal(1, (await run.RunAsync("logo", "nobody", file)).Code);
        Assert.NotEqual(0, (await run.RunAsync("logo", TestData.OtherWeb)).Code);
        Assert.Equal(0, (await run.RunAsync("logo", TestData.OtherWeb, "--remove")).Code);
        Assert.Null(await LogoAsync());
        Assert.Equal(2L, await own.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE event = 'client_changed' AND client_id = $1",
            TestData.OtherWeb));
        File.Delete(file);
    }

    private static IEnumerable<(string Path, RequestDelegate Answer, string Fault)> Refused() =>
    [
        (
            "/svg",
            http => TypedAsync(http, "image/png", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray()),
            "no picture"),
        ("/html", http => TypedAsync(http, "image/webp", "<html><script>"u8.ToArray()), "no picture"),
        ("/large", http => TypedAsync(http, "image/png", new byte[5_000_000]), "larger than"),
        ("/wide", http => TypedAsync(http, "image/png", Pictures.Png(1025, 1)), "1025 × 1"),
        ("/moved", http =>
        {
            http.Response.Redirect("/logo");
            return Task.CompletedTask;
        }, "answers 302"),
        ("/nothing", http =>
        {
            http.Abort();
            return Task.CompletedTask;
        }, "not fetched"),
    ];

    private static async Task TypedAsync(HttpContext http, string type, byte[] content)
    {
        http.Response.ContentType = type;
        await http.Response.BodyWriter.WriteAsync(content, http.RequestAborted);
    }

    private Task<string?> LogoAsync() =>
        own.Database.ScalarAsync<string?>("SELECT logo FROM oauth_clients WHERE client_id = $1", TestData.OtherWeb);

    private async Task<string?> SourceAsync(Func<string?, bool> until)
    {
        using var browser = new TestBrowser(own.Server);
        await browser.SignInAsync();
        string? source = null;
        await Eventually.BecomesTrue(async () =>
        {
            using var page = await browser.GetAsync(new AuthorizationAsk().With("prompt", "consent").Path);
            using var document = await new HtmlParser().ParseDocumentAsync(await page.Content.ReadAsStringAsync(Ct));
            source = document.QuerySelector("img.app-logo")?.GetAttribute("src");
            return until(source);
        }, TimeSpan.FromSeconds(10), "the page shows it");
        return source;
    }
}
