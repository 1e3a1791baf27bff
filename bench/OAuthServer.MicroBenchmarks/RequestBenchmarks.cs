using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http.Features;
using OAuthServer.Endpoints;
using OAuthServer.Endpoints.Token;
using OAuthServer.Protocol;

namespace OAuthServer.MicroBenchmarks;

/// <summary>
/// A refresh request (RFC 6749 section 6) from bytes to record, and its answer (section 5.1) from record to bytes.
/// </summary>
public class RequestBenchmarks
{
    private static readonly string Body = $"grant_type=refresh_token&refresh_token={new string('x', 43)}"
        + "&client_id=bench&client_secret=bench-secret-bench-secret-bench-01";

    private readonly byte[] _encoded = Encoding.ASCII.GetBytes(Body);
    private readonly IssuedTokens _tokens = new(new string('x', 730), 900, new string('x', 43), "read");
    private readonly HttpContext _http = new DefaultHttpContext();

    public RequestBenchmarks()
    {
        _http.TraceIdentifier = "0HN0000000000:00000001";
        _http.Request.ContentType = "application/x-www-form-urlencoded";
        _http.Request.ContentLength = _encoded.Length;
        _http.Request.Body = new MemoryStream(_encoded);
        _http.Request.Headers.UserAgent = "example-client/1.0";
        _http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
    }

    [Benchmark(Description = "parameters of a form")]
    public bool Parse() => Parameters.TryParse(_encoded, out _);

    [Benchmark(Description = "form read from the body")]
    public bool ReadForm()
    {
        _http.Request.Body.Position = 0;
        return FormReader.ReadAsync(_http.Request, CancellationToken.None)
            .AsTask()
            .GetAwaiter()
            .GetResult()
            .Failed(out _, out _);
    }

    [Benchmark(Description = "token request, parsed")]
    public bool ParseRequest()
    {
        _http.Request.Body.Position = 0;
        return TokenRequest.ParseAsync(_http.Request, null, TimeProvider.System, CancellationToken.None)
            .AsTask()
            .GetAwaiter()
            .GetResult()
            .Failed(out _, out _);
    }

    [Benchmark(Description = "token response, written")]
    public void Answer() => OAuthAnswers.Grant(_tokens).ExecuteAsync(_http).GetAwaiter().GetResult();
}
