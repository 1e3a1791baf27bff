using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>
/// Two instances as processes of their own, in Production with the limits of Production, on one database and one folder
/// of keys, and nginx in front of them.
/// </summary>
internal sealed class ProxiedServers : IAsyncDisposable
{
    /// <summary>The budget of an address on one instance, as the server has it when nothing is configured.</summary>
    public const int PermitLimit = 100;

    private readonly ContentRoot _root = new();
    private readonly int[] _ports = [FreePort(), FreePort()];
    private readonly HostProcess?[] _instances = new HostProcess?[2];
    private readonly string _keys = KeyFolder.Create();

    public TestDatabase Database { get; private set; } = null!;

    public Nginx Nginx { get; private set; } = null!;

    public Uri Address => Nginx.Address;

    /// <summary>Both instances up, nginx in front.</summary>
    /// <param name="drainTime">How long an instance that was told to stop goes on; null for the server's own
    /// default.</param>
    public static async Task<ProxiedServers> StartAsync(TimeSpan? drainTime = null)
    {
        var servers = new ProxiedServers { DrainTime = drainTime };
        try
        {
            servers.Database = await TestData.CreateDatabaseAsync();
            servers.Nginx = await Nginx.StartAsync(FreePort(), servers._ports[0], servers._ports[1]);
            await servers.StartAsync(0);
            await servers.StartAsync(1);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    private TimeSpan? DrainTime { get; init; }

    /// <summary>An instance that runs.</summary>
    public HostProcess Instance(int which) =>
        _instances[which] ?? throw new InvalidOperationException("The instance is down.");

    /// <summary>Starts an instance on its port and waits until it is ready.</summary>
    public async Task StartAsync(int which) =>
        _instances[which] = await HostProcess.StartAsync(_root, Variables(), _ports[which]);

    /// <summary>Waits until an instance that was told to stop has ended; it must have ended well.</summary>
    public async Task EndedAsync(int which)
    {
        var instance = Instance(which);
        Assert.Equal(0, await instance.EndedAsync());
        _instances[which] = null;
        await instance.DisposeAsync();
    }

    /// <summary>Waits until nginx asks both instances: one that was down is left alone for a moment.</summary>
    public async Task BothAnswerAsync()
    {
        using var http = ClientFrom("127.0.5.1");
        await Eventually.BecomesTrue(async () =>
        {
            var before = await AnsweredAsync();
            for (var request = 0; request < 4; request++)
            {
                using var answer = await http.GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative));
            }

            return (await AnsweredAsync()).Zip(before).All(pair => pair.First > pair.Second);
        }, TimeSpan.FromSeconds(20), "nginx asks both instances");
    }

    /// <summary>A client of nginx at an address of its own.</summary>
    public HttpClient ClientFrom(string address) =>
        new(Nginx.HandlerFrom(IPAddress.Parse(address))) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A person's browser at an address of its own.</summary>
    public TestBrowser BrowserFrom(string address) => new(Nginx.HandlerFrom(IPAddress.Parse(address)), Address);

    /// <summary>An account like Bob's, with the password of all of them.</summary>
    public async Task<string> EnrolAsync(int number)
    {
        var email = string.Create(CultureInfo.InvariantCulture, $"person-{number}@example.com");
        await Database.ExecuteAsync("""
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash, security_stamp)
            SELECT gen_random_uuid(), $1, upper($1), $1, upper($1), true, password_hash, 'STAMP'
            FROM accounts WHERE email = $2
            """, email, TestData.OtherEmail);
        return email;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            if (instance is not null) await instance.DisposeAsync();
        }

        if (Nginx is not null) await Nginx.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
        if (Directory.Exists(_root.Path)) await _root.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    // How many requests each instance has answered, by the log of nginx.
    private async Task<int[]> AnsweredAsync()
    {
        var log = await Nginx.LogsAsync();
        return [.. _ports.Select(
            port => log.Split(string.Create(CultureInfo.InvariantCulture, $"upstream 127.0.0.1:{port} 200 ")).Length)];
    }

    // Below the ports that the system gives to outgoing connections: one of those could take the port of an instance
    // that is down.
    private static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            // A test holds requests in the database for longer than the server lets them wait by itself.
            ["ConnectionStrings__OAuthServer"] = Database.ConnectionString + ";Command Timeout=60",
            ["OAuth__Issuer"] = Address.GetLeftPart(UriPartial.Authority),
            ["SigningKeys__Source"] = "File",
            ["SigningKeys__Directory"] = _keys,
            ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
            ["ClientSecrets__Cost"] = "10",
        };
        if (DrainTime is { } time) variables["Shutdown__DrainTime"] = time.ToString("c", CultureInfo.InvariantCulture);
        return variables;
    }
}
