using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Token;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.MicroBenchmarks;

/// <summary>What one access token costs: the signature alone, and the whole token (RFC 9068).</summary>
public class TokenBenchmarks
{
    private readonly byte[] _data = new byte[400];
    private readonly byte[] _signature = new byte[256];
    private readonly GrantedAccess _access = new(Handle.NewId(), Handle.NewId(), "read")
    {
        Audience = "https://api.example",
    };
    private readonly SigningKey _key;
    private readonly TokenIssuer _issuer;

    public TokenBenchmarks()
    {
        if (!SigningKey.TryFromPem(SigningKey.GeneratePem(), out var key, out var fault))
            throw new InvalidOperationException(fault);
        var options = Options.Create(new OAuthOptions { Issuer = "https://as.example" });
        (_key, _issuer) = (key, new TokenIssuer(
            new ServerAddress(options),
            new IdTokenIssuer(new ServerAddress(options)),
            options,
            TimeProvider.System,
            new ServerTelemetry(new Meter(ServerTelemetry.Name), TimeProvider.System)));
    }

    [Benchmark(Description = "sign 400 bytes, RS256-2048")]
    public bool Sign() => _key.TrySign(_data, _signature, out _);

    [Benchmark(Description = "access token, signed")]
    public string Issue() => _issuer.Issue(_key, "bench", _access).AccessToken;
}
