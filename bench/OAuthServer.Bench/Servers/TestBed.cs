using System.Security.Cryptography;
using OAuthServer.Bench.Database;

namespace OAuthServer.Bench.Servers;

/// <summary>What the servers of one run share: PostgreSQL, the signing key, a directory, and the checkout they are built from.</summary>
internal sealed class TestBed : IAsyncDisposable
{
    // Not the temporary folder, which may be in memory: PostgreSQL must pay for its commits.
    private static readonly string Home = "/var/tmp";

    private TestBed(string directory, BenchCluster cluster) => (Directory, Cluster) = (directory, cluster);

    /// <summary>Logs and keys of this run; gone with it.</summary>
    public string Directory { get; }

    public BenchCluster Cluster { get; }

    /// <summary>The RSA-2048 key that all servers sign with, PKCS#8 PEM.</summary>
    public string KeyPath => Path.Combine(Directory, "keys", "current.pem");

    public static async Task<TestBed> CreateAsync(CancellationToken ct)
    {
        var directory = Path.Combine(Home, $"oauthserver-bench-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "keys"));
        try
        {
            var bed = new TestBed(directory, await BenchCluster.StartAsync(directory + "-postgres", ct));
            using var rsa = RSA.Create(2048);
            await File.WriteAllTextAsync(bed.KeyPath, rsa.ExportPkcs8PrivateKeyPem(), ct);
            return bed;
        }
        catch
        {
            System.IO.Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>A log file of this run.</summary>
    public string LogOf(string name) => Path.Combine(Directory, name + ".log");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
