using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.RateLimits;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.MicroBenchmarks;

/// <summary>A right client secret that was checked before, and the bcrypt check that it saves.</summary>
public class ClientSecretBenchmarks : IDisposable
{
    private const string Secret = "bench-secret-bench-secret-bench-01";

    private readonly string[] _hashes = [Bcrypt.HashPassword(Secret, new ClientSecretOptions().Cost)];
    private readonly HashWork _work = new(TimeProvider.System);
    private readonly ServerTelemetry _telemetry = new(new Meter(ServerTelemetry.Name), TimeProvider.System);
    private readonly ClientSecretVerifier _verifier;

    public ClientSecretBenchmarks() =>
        _verifier = new(
            Options.Create(new ClientSecretOptions()), _work, new SecretUses(TimeProvider.System), _telemetry);

    [GlobalSetup]
    public async Task CheckOnceAsync()
    {
        if (await WarmAsync() != SecretCheck.Right)
            throw new InvalidOperationException("The secret is not the hash's.");
    }

    [Benchmark(Description = "client secret, warm")]
    public int Warm() => (int)WarmAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(Description = "client secret, bcrypt")]
    public bool Cold() => Bcrypt.Verify(Secret, _hashes[0]);

    /// <inheritdoc />
    public void Dispose()
    {
        _verifier.Dispose();
        _work.Dispose();
        _telemetry.Dispose();
        GC.SuppressFinalize(this);
    }

    private ValueTask<SecretCheck> WarmAsync() =>
        _verifier.CheckAsync("bench", Secret, _hashes, CancellationToken.None);
}
