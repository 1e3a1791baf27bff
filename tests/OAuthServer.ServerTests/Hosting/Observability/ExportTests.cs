using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Audit;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>
/// What leaves the process by OTLP, and when nothing does. Listeners are of the whole process, and OpenTelemetry
/// takes the instruments of all servers in it for the same: one that ends would silence the others. So these run
/// alone.
/// </summary>
[Collection(Alone.Name)]
public sealed class ExportTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsPath = "/v1/metrics";
    private const string TracesPath = "/v1/traces";
    private const string StrangersTrace = "5745a6e6e7e85745a6e6e7e8cafecafe";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Metrics_and_traces_arrive_at_the_endpoint_that_the_standard_variable_names()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var server = await StartAsync(
            (Endpoint, receiver.Address),
            ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=somewhere")))
        {
            await server.TokensAsync();
            await Eventually.BecomesTrue(
                () => Task.FromResult(Holds(receiver, MetricsPath, "authorization_code")),
                Patience,
                "the token request was counted at the collector");
        }

        string[] measured =
        [
            "oauthserver", "somewhere", "oauth.server.requests", "oauth.server.signing.duration",
            "oauth.server.key.age", "http.server.request.duration", "db.client.connection.count",
            "db.client.operation.duration", "dotnet.gc.collections",
        ];
        string[] traced =
        [
            "oauthserver", "POST /oauth/token", "sign access token", "check client secret",
            "http.response.status_code", "UPDATE oauth_authorization_codes",
        ];
        foreach (var text in measured) await ArrivesAsync(receiver, MetricsPath, text);
        foreach (var text in traced) await ArrivesAsync(receiver, TracesPath, text);
    }

    [Fact]
    public async Task Nothing_that_a_caller_sent_is_in_what_is_exported()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        string[] marks;
        await using (var server = await StartAsync((Endpoint, receiver.Address)))
        {
            var code = await server.CodeAsync(new AuthorizationAsk().With("state", "mark-state"));
            var tokens = await server.RedeemAsync(code);
            await server.PostRawAsync(
                "/oauth/token?mark-key=mark-value",
                "grant_type=refresh_token&refresh_token=mark-token&client_id=mark-client&client_secret=mark-secret",
                headers: [("User-Agent", "mark-agent"), ("baggage", "mark-baggage=1")]);
            await server.PostRawAsync("/mark-path?code=mark-code", "x");
            marks =
            [
                code, tokens.AccessToken!, tokens.RefreshToken!, AuthorizationAsk.Verifier, AuthorizationAsk.Challenge,
                TestData.Secret, TestData.Password, TestData.Email, "mark-",
            ];
        }

        await ArrivesAsync(receiver, TracesPath, "POST /oauth/token");
        await ArrivesAsync(receiver, MetricsPath, "client_unknown");
        Assert.DoesNotContain(marks, mark => Holds(receiver, TracesPath, mark) || Holds(receiver, MetricsPath, mark));
    }

    [Fact]
    public async Task A_caller_chooses_neither_the_trace_nor_whether_it_is_kept()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var strangers = Convert.FromHexString(StrangersTrace);
        await using (var server = await StartAsync((Endpoint, receiver.Address))) await AskWithTraceAsync(server);
        await ArrivesAsync(receiver, TracesPath, "POST /oauth/token");
        Assert.DoesNotContain(receiver.Bodies(TracesPath), body => body.AsSpan().IndexOf(strangers) >= 0);

        await using var unsampled = await OtlpReceiver.StartAsync();
        var off = ("OTEL_TRACES_SAMPLER", "parentbased_always_off");
        var often = ("OTEL_METRIC_EXPORT_INTERVAL", "100");
        await using (var server = await StartAsync((Endpoint, unsampled.Address), off, often))
        {
            await AskWithTraceAsync(server);
            await Eventually.BecomesTrue(
                () => Task.FromResult(unsampled.Bodies(MetricsPath).Count > 0),
                TimeSpan.FromSeconds(30),
                "metrics come");
        }

        Assert.Empty(unsampled.Bodies(TracesPath));
    }

    [Fact]
    public async Task One_signal_can_have_an_endpoint_of_its_own_and_the_other_none()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var server = await StartAsync(
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", receiver.Address + "/mine"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf")))
        {
            Assert.NotNull(server.Services.GetService<MeterProvider>());
            Assert.Null(server.Services.GetService<TracerProvider>());
        }

        await Eventually.BecomesTrue(
            () => Task.FromResult(receiver.Bodies("/mine").Count > 0), Patience, "metrics come");
        Assert.Empty(receiver.Bodies(TracesPath));
    }

    [Fact]
    public async Task A_collector_that_never_answers_holds_up_no_request()
    {
        await using var receiver = await OtlpReceiver.StartAsync(answers: false);
        await using var server = await StartAsync(
            (Endpoint, receiver.Address),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "60000"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "64"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"));
        var tokens = await server.TokensAsync();
        await Eventually.BecomesTrue(
            () => Task.FromResult(receiver.Bodies(MetricsPath).Count > 0 && receiver.Bodies(TracesPath).Count > 0),
            Patience,
            "both exports hang");
        for (var refresh = 0; refresh < 100; refresh++)
        {
            var refreshed = server.RefreshAsync(tokens.RefreshToken);
            tokens = await refreshed.WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, tokens.Status);
        }

        Assert.Single(receiver.Bodies(MetricsPath));
        Assert.Single(receiver.Bodies(TracesPath));
    }

    [Theory]
    [InlineData("NOTHING", "")]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    [InlineData("OTEL_METRICS_EXPORTER", "none")]
    public async Task Without_the_variables_there_is_no_OpenTelemetry_and_nobody_listens(string variable, string value)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        (string, string)[] settings = variable == "NOTHING"
            ? []
            : [(variable, value), ("OTEL_TRACES_EXPORTER", "none"), (Endpoint, receiver.Address)];
        await using (var server = await StartAsync(settings))
        {
            Assert.Null(server.Services.GetService<MeterProvider>());
            Assert.Null(server.Services.GetService<TracerProvider>());
            var instruments = new ConcurrentQueue<Instrument>();
            using var onlooker = new MeterListener { InstrumentPublished = (instrument, _) => Keep(instrument) };
            onlooker.Start();
            await server.TokensAsync();
            Assert.True(instruments.Count >= 13, $"{instruments.Count} instruments");
            Assert.All(instruments, instrument => Assert.False(instrument.Enabled, instrument.Name));
            var telemetry = server.Services.GetRequiredService<ServerTelemetry>();
            Assert.Null(telemetry.Span("sign access token"));
            Assert.Equal(0, telemetry.SigningBegins());

            void Keep(Instrument instrument)
            {
                var ours = server.Services.GetRequiredService<IMeterFactory>();
                if (instrument.Meter.Name == ServerTelemetry.Name && ReferenceEquals(instrument.Meter.Scope, ours))
                    instruments.Enqueue(instrument);
            }
        }

        Assert.Empty(receiver.Bodies(MetricsPath));
        Assert.Empty(receiver.Bodies(TracesPath));
    }

    // A server sends the last of it while it ends, which the test does not see.
    private static Task ArrivesAsync(OtlpReceiver receiver, string path, string text) => Eventually.BecomesTrue(
        () => Task.FromResult(Holds(receiver, path, text)), Patience, $"{text} arrives at the collector");

    private static Task<TestServer> StartAsync(params (string Name, string Value)[] variables)
    {
        var settings = variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value);
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        return TestServer.StartAsync(new() { Settings = settings });
    }

    private static Task<Reply> AskWithTraceAsync(TestServer server) => server.PostRawAsync(
        "/oauth/token",
        "grant_type=refresh_token",
        headers: [("traceparent", $"00-{StrangersTrace}-00f067aa0ba902b7-01"), ("tracestate", "a=b")]);

    private static bool Holds(OtlpReceiver receiver, string path, string text) =>
        receiver.Bodies(path).Any(body => body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
}
