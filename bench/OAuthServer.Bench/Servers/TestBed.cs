using System.Buffers.Text;
using System.Security.Cryptography;
using OAuthServer.Bench.Database;

namespace OAuthServer.Bench.Servers;

/// <summary>
/// What the servers of one run share: PostgreSQL, the signing key and a directory for their programs and logs.
/// </summary>
internal sealed class TestBed : IAsyncDisposable
{
    // Not the temporary folder, which may be in memory: PostgreSQL must pay for its commits.
    private const string Home = "/var/tmp";

    private const int KeyBits = 2048;

    private TestBed(string directory, IPostgres postgres) => (Directory, Postgres) = (directory, postgres);

    /// <summary>Programs, logs and keys of this run; gone with it.</summary>
    public string Directory { get; }

    public IPostgres Postgres { get; }

    /// <summary>The RSA-2048 key that all servers sign with, PKCS#8 PEM.</summary>
    public string KeyPath => Path.Combine(Directory, "keys", "current.pem");

    /// <param name="connectionString">The operator's PostgreSQL; null starts a private one.</param>
    public static async Task<TestBed> CreateAsync(string? connectionString, CancellationToken ct)
    {
        var directory = Path.Combine(
            Home,
            $"oauthserver-bench-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "keys"));
        try
        {
            IPostgres postgres = connectionString is null
                ? await PrivateCluster.StartAsync(directory + "-postgres", ct)
                : new OperatorPostgres(connectionString);
            var bed = new TestBed(directory, postgres);
            using var rsa = RSA.Create(KeyBits);
            await File.WriteAllTextAsync(bed.KeyPath, rsa.ExportPkcs8PrivateKeyPem(), ct);
            var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            var secretPath = Path.Combine(Path.GetDirectoryName(bed.KeyPath)!, "server-secret");
            await File.WriteAllTextAsync(secretPath, secret, ct);
            return bed;
        }
        catch
        {
            System.IO.Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>An empty database for one server.</summary>
    public Task<BenchDatabase> CreateDatabaseAsync(string name, CancellationToken ct) =>
        Postgres.CreateDatabaseAsync(name, ct);

    /// <summary>A log file of this run.</summary>
    public string LogOf(string name) => Path.Combine(Directory, name + ".log");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
