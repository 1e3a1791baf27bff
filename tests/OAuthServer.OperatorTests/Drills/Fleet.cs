using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>Two instances as processes of their own, in Production, on one database and one folder of keys.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly ContentRoot _root = new();
    private readonly string _keys = KeyFolder.Create();
    private readonly HostProcess?[] _hosts = new HostProcess?[2];
    private readonly Dictionary<string, string> _variables;

    private Fleet(string connectionString)
    {
        _variables = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__OAuthServer"] = connectionString,
            ["OAuth__Issuer"] = TestServer.Issuer,
            ["SigningKeys__Source"] = "File",
            ["SigningKeys__Directory"] = _keys,
            ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
            ["Audit__SealInterval"] = "00:00:01",
        };
        foreach (var budget in (string[])[
            "Authorize", "Token", "Revoke", "Revocations", "SignIn", "ClientSecrets", "Passwords",
        ])
        {
            _variables[$"RateLimiting__{budget}__PermitLimit"] = "1000000";
        }
    }

    /// <summary>Every instance by its number.</summary>
    public IEnumerable<int> Instances => Enumerable.Range(0, _hosts.Length);

    /// <summary>Both instances, ready.</summary>
    public static async Task<Fleet> StartAsync(string connectionString)
    {
        var fleet = new Fleet(connectionString);
        try
        {
            await Task.WhenAll(fleet.Instances.Select(fleet.StartAsync));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where an instance listens, or listened before it was killed.</summary>
    public Uri Address(int instance) => Host(instance).Http.BaseAddress!;

    /// <summary>Whether the process of an instance still runs.</summary>
    public bool IsAlive(int instance) => Host(instance).IsAlive;

    /// <summary>The end of an instance's log.</summary>
    public string LogOf(int instance) => string.Join('\n', Host(instance).Output.Split('\n').TakeLast(5));

    /// <summary>Whether an instance would be given requests.</summary>
    public async Task<bool> IsReadyAsync(int instance)
    {
        try
        {
            using var answer = await Host(instance).Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Ends an instance with SIGKILL.</summary>
    public Task KillAsync(int instance) => Host(instance).EndAsync("KILL");

    /// <summary>Starts another in the place of one that was killed, as an orchestrator does.</summary>
    public async Task ReplaceAsync(int instance)
    {
        var killed = Host(instance);
        await StartAsync(instance);
        await killed.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            if (host is not null) await host.DisposeAsync();
        }

        await _root.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    private async Task StartAsync(int instance) => _hosts[instance] = await HostProcess.StartAsync(_root, _variables);

    private HostProcess Host(int instance) =>
        _hosts[instance] ?? throw new InvalidOperationException("The instance was never started.");
}
