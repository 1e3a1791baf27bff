using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OAuthServer.Keys;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>GEN-09, GEN-12.</summary>
public class UnexpectedErrorTests
{
    private const string Secret = "s3cr3t-value";
    private const string Away =
        "{\"error\":\"temporarily_unavailable\","
        + "\"error_description\":\"The server cannot answer now. Try again later.\"}";

    private const string Faulty = "{\"error\":\"server_error\",\"error_description\":\"The server has a fault.\"}";
    private const string BrowserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    [Theory]
    [InlineData("npgsql")]
    [InlineData("shutdown")]
    [InlineData("full")]
    [InlineData("lost")]
    [InlineData("wrapped")]
    [InlineData("keys")]
    [InlineData("saved")]
    [InlineData("constraint")]
    [InlineData("read-only")]
    [InlineData("login")]
    [InlineData("plan")]
    [InlineData("preparing")]
    public async Task An_outage_is_503_with_a_time_to_come_back(string fault)
    {
        await using var host = await StartAsync();

        using var answer = await host.PostAsync($"/oauth/token?throw={fault}");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(Away, await answer.TextAsync());
        Assert.Equal(("5", "application/json"), (answer.Header("Retry-After"), answer.Header("Content-Type")));
        AssertNotStored(answer);
    }

    [Theory]
    [InlineData("bug")]
    [InlineData("timeout")]
    [InlineData("cancelled")]
    public async Task A_bug_is_500_without_details_and_logged_once(string fault)
    {
        await using var host = await StartAsync();

        using var answer = await host.PostAsync($"/oauth/token?throw={fault}&code={Secret}");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(Faulty, await answer.TextAsync());
        Assert.Null(answer.Header("Retry-After"));
        AssertNotStored(answer);
        Assert.Null(answer.Header("Set-Cookie"));
        var line = Assert.Single(host.Logs.Loud);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains(answer.Header("X-Correlation-Id")!, line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var host = await StartAsync();
        using var body = new FormUrlEncodedContent([new("code", new string('a', 100_000))]);

        using var answer = await host.Client.PostAsync("/oauth/token", body, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(Unreadable("The request body is too large."), await answer.TextAsync());
        AssertNotStored(answer);
        Assert.Empty(host.Logs.Loud);
    }

    [Fact]
    public async Task Five_thousand_form_keys_are_an_invalid_request()
    {
        await using var host = await StartAsync();
        var keys = Enumerable.Range(0, 5_000).Select(i => KeyValuePair.Create($"k{i}", string.Empty));
        using var body = new FormUrlEncodedContent(keys);

        using var answer = await host.Client.PostAsync("/oauth/token", body, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(Unreadable("The request could not be read."), await answer.TextAsync());
    }

    [Theory]
    [InlineData("/oauth/authorize", BrowserAccept, true)]
    [InlineData("/account/sign-in", BrowserAccept, true)]
    [InlineData("/oauth/authorize", "application/json;q=0.5, text/html", true)]
    [InlineData("/oauth/authorize", "application/json, text/html", false)]
    [InlineData("/oauth/authorize", "text/html;q=0.5, application/json", false)]
    [InlineData("/oauth/authorize", "text/html;q=0, */*", false)]
    [InlineData("/oauth/authorize", "*/*", false)]
    [InlineData("/oauth/authorize", ";;;", false)]
    [InlineData("/oauth/token", BrowserAccept, false)]
    public async Task People_get_a_page_and_programs_get_json(string path, string accept, bool page)
    {
        await using var host = await StartAsync();

        using var answer = await host.PostAsync($"{path}?throw=npgsql", ("Accept", accept));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(page ? "text/html" : "application/json", answer.Content.Headers.ContentType!.MediaType);
        if (page) Assert.Contains("temporarily_unavailable", await answer.TextAsync(), StringComparison.Ordinal);
        else Assert.Equal(Away, await answer.TextAsync());
        Assert.Equal("5", answer.Header("Retry-After"));
        AssertNotStored(answer);
    }

    [Fact]
    public async Task A_page_that_fails_itself_leaves_the_json_answer()
    {
        await using var host = await StartAsync(services => services.AddSingleton<IComponentActivator, NoPages>());

        using var answer = await host.GetAsync("/oauth/authorize?throw=bug", ("Accept", BrowserAccept));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(Faulty, await answer.TextAsync());
        AssertNotStored(answer);
        // Nothing of the page is left on it.
        Assert.Null(answer.Header("Content-Security-Policy"));
        Assert.Single(host.Logs.Own, line => line is { Event: 7010, Level: LogLevel.Error });
    }

    [Fact]
    public async Task A_failure_after_the_first_byte_never_looks_like_a_whole_answer()
    {
        var proxied = new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies:0"] = "127.0.0.1" };
        await using var host = await ProtectedHost.StartAsync(proxied, "https://as.example");

        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => host.GetAsync("/half", ("X-Forwarded-Proto", "https")));
        // Too late for an answer of ours: the framework logs it, under the correlation id.
        const string line = "Request id \"[0-9a-f]{32}\": An unhandled exception was thrown by the application.";
        await UntilAsync(() => host.Logs.Loud.Any(
            logged => logged.Level == LogLevel.Error && Regex.IsMatch(logged.Text, line)));
        Assert.Empty(host.Logs.Own);
    }

    [Fact]
    public async Task A_client_that_left_is_no_error()
    {
        var reached = new TaskCompletionSource();
        await using var host = await ProtectedHost.StartAsync(faults: (context, _) =>
        {
            reached.SetResult();
            context.RequestAborted.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
            return new OperationCanceledException(context.RequestAborted);
        });
        using var leaving = new CancellationTokenSource();
        var request = host.Client.PostAsync("/oauth/token?throw=left", null, leaving.Token);
        await reached.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        const string aborted = "The request was aborted by the client.";
        await UntilAsync(() => host.Logs.All.Any(line => line is { Level: LogLevel.Debug, Text: aborted }));
        Assert.Empty(host.Logs.Loud);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }

    private static string Unreadable(string description) =>
        $"{{\"error\":\"invalid_request\",\"error_description\":\"{description}\"}}";

    private static void AssertNotStored(HttpResponseMessage answer) =>
        Assert.True(answer.Headers.CacheControl?.NoStore);

    private static Task<ProtectedHost> StartAsync(Action<IServiceCollection>? services = null) =>
        ProtectedHost.StartAsync(faults: (_, name) => Fault(name), services: services);

    private static Exception Fault(string name) => name switch
    {
        "npgsql" => new NpgsqlException("away", new TimeoutException()),
        "shutdown" => new PostgresException("bye", "FATAL", "FATAL", "57P01"),
        "full" => new PostgresException("full", "FATAL", "FATAL", "53300"),
        "lost" => new PostgresException("lost", "FATAL", "FATAL", "08006"),
        "wrapped" => new InvalidOperationException(
            "retry", new InvalidOperationException("save", new NpgsqlException("away"))),
        "keys" => new InvalidOperationException("sign", new KeyStoreException("away")),
        "saved" => new DbUpdateException("save", new NpgsqlException("away")),
        "constraint" => new DbUpdateException("save", new PostgresException("dup", "ERROR", "ERROR", "23505")),
        "read-only" => new PostgresException("no", "ERROR", "ERROR", "25006"),
        "login" => new PostgresException("no", "FATAL", "FATAL", "28P01"),
        "plan" => new PostgresException("no", "ERROR", "ERROR", "0A000"),
        "preparing" => new InvalidOperationException("no type of its own") { Source = "Npgsql" },
        "timeout" => new TimeoutException(),
        "cancelled" => new OperationCanceledException(),
        _ => new InvalidOperationException("bug"),
    };

    private sealed class NoPages : IComponentActivator
    {
        public IComponent CreateInstance(Type componentType) => throw new InvalidOperationException("no page");
    }
}
