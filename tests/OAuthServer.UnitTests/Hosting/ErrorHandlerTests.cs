using System.Text;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Endpoints;
using OAuthServer.Hosting;
using OAuthServer.Keys;
using OAuthServer.Pages;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Operators.Doctor;
using OAuthServer.UnitTests.Pages;

namespace OAuthServer.UnitTests.Hosting;

/// <summary>Which exception is whose, what it is answered with, and what the log says of it.</summary>
public sealed class ErrorHandlerTests : IDisposable
{
    private readonly ServerTelemetry _telemetry = new(new("test"), TimeProvider.System);
    private readonly RecordedLog<OutageHandler> _outages = new();
    private readonly RecordedLog<FaultHandler> _faults = new();
    private readonly DefaultHttpContext _http = new() { TraceIdentifier = "trace-1" };
    private readonly MemoryStream _body = new();
    private readonly ErrorAnswers _answers;

    public ErrorHandlerTests()
    {
        _http.Response.Body = _body;
        var address = Checking.Address("https://as.example.test");
        var pages = new StatusPages(Spoken.Pages(address, Checking.Environment()), new AccountLinks(address));
        var json = new OAuthAnswers(address, new GrantRefusals(Checking.Environment()));
        _answers = new ErrorAnswers(
            new RefusalLog(_telemetry, new RecordedLog<RefusalLog>()),
            address,
            pages,
            json,
            NullLogger<ErrorAnswers>.Instance);
    }

    public static TheoryData<Exception, string?> Outages => new()
    {
        {
            new NpgsqlException("away"),
            "7003 Error: A dependency is away, answered temporarily_unavailable: away. Correlation id trace-1"
        },
        {
            new InvalidOperationException("wrapped", new NpgsqlException("away")),
            "7003 Error: A dependency is away, answered temporarily_unavailable: away. Correlation id trace-1"
        },
        {
            new KeyStoreException("away"),
            "7003 Error: A dependency is away, answered temporarily_unavailable: away. Correlation id trace-1"
        },
        {
            new InvalidOperationException("one", new InvalidOperationException("two", new KeyStoreException("away"))),
            "7003 Error: A dependency is away, answered temporarily_unavailable: away. Correlation id trace-1"
        },
        {
            new PostgresException("no such table", "ERROR", "ERROR", PostgresErrorCodes.UndefinedTable),
            "7004 Error: The database refused a statement, answered temporarily_unavailable. Its schema may not be "
                + "this server's; else this is a fault. Correlation id trace-1"
        },
        { new InvalidOperationException("a bug"), null },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _telemetry.Dispose();
        _body.Dispose();
    }

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task An_outage_of_database_or_keys_is_a_503_that_says_so_and_anything_else_is_not_its_business(
        Exception exception, string? line)
    {
        var handled = await new OutageHandler(_answers, _outages).TryHandleAsync(_http, exception, Ct);

        Assert.Equal(line is not null, handled);
        var met = "7013 Debug: Where the dependency was missed. Correlation id trace-1";
        Assert.Equal(
            line is null ? [] : line.StartsWith("7003", StringComparison.Ordinal) ? [line, met] : [line],
            _outages.Lines);
        if (handled) AssertAnswer(503, "temporarily_unavailable", "The server cannot answer now. Try again later.");
    }

    [Fact]
    public async Task Whatever_is_left_is_a_fault_of_ours()
    {
        Assert.True(await new FaultHandler(_answers, _faults)
            .TryHandleAsync(_http, new InvalidOperationException("a bug"), Ct));

        Assert.Equal(["7002 Error: Unexpected error, answered server_error. Correlation id trace-1"], _faults.Lines);
        Assert.Equal(
            (500, true),
            (_http.Response.StatusCode, Text().StartsWith("{\"error\":\"server_error\"", StringComparison.Ordinal)));
    }

    public static TheoryData<Exception, int> Unreadable => new()
    {
        { new BadHttpRequestException("bad"), 400 },
        { new BadHttpRequestException("large", 413), 413 },
        { new BadHttpRequestException("slow", 408), 408 },
        { From("Microsoft.AspNetCore.WebUtilities", new InvalidDataException()), 400 },
        { From("Microsoft.AspNetCore.Http", new InvalidDataException()), 400 },
        { From("System.Private.CoreLib", new InvalidDataException()), 0 },
        { From("Microsoft.AspNetCore.Server.Kestrel.Core", new IOException()), 400 },
        { From("Microsoft.AspNetCore.Server.Kestrel.Core", new OverflowException()), 400 },
        { From("Microsoft.AspNetCore.Server.Kestrel.Core", new InvalidOperationException()), 0 },
        { From("System.Net.Sockets", new IOException()), 0 },
        { From("System.Private.CoreLib", new OverflowException()), 0 },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_request_that_cannot_be_read_is_its_senders_fault(Exception exception, int status)
    {
        Assert.Equal(status > 0, await new UnreadableRequestHandler(_answers).TryHandleAsync(_http, exception, Ct));
        if (status == 0) return;
        AssertAnswer(
            status,
            "invalid_request",
            status == 413 ? "The request body is too large." : "The request could not be read.");
    }

    [Fact]
    public async Task The_route_that_the_framework_took_away_is_known_again()
    {
        var endpoint = new Endpoint(_ => Task.CompletedTask, EndpointMetadataCollection.Empty, "token");
        _http.Features.Set<IExceptionHandlerFeature>(new ExceptionHandlerFeature
        {
            Endpoint = endpoint,
            Error = new InvalidOperationException(),
        });

        await _answers.WriteAsync(_http, OAuthServer.Protocol.OAuthError.ServerError("why"));

        Assert.Same(endpoint, _http.GetEndpoint());
    }

    private static T From<T>(string source, T exception)
        where T : Exception
    {
        exception.Source = source;
        return exception;
    }

    private void AssertAnswer(int status, string code, string description)
    {
        Assert.Equal(status, _http.Response.StatusCode);
        Assert.Equal($$"""{"error":"{{code}}","error_description":"{{description}}"}""", Text());
    }

    private string Text() => Encoding.UTF8.GetString(_body.ToArray());
}
