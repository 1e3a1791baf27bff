using System.Diagnostics;
using System.Globalization;
using OAuthServer.Testing;
using StackExchange.Redis;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// A Redis of one test, in memory alone, with the user whose rights docs/operations/limits.md gives. The long gate
/// fetches the program; elsewhere there may be none.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Password = "redis-password";

    private readonly int _port = LoopbackPort.Free();
    private Process? _process;

    private RedisServer()
    {
    }

    /// <summary>What a server is told.</summary>
    public string Setting =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port},user=oauth,password={Password}");

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it after <see cref="Kill"/>, empty.</summary>
    public async Task StartAgainAsync()
    {
        string[] arguments =
        [
            "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no",
            "--user", .. Rights(),
        ];
        _process = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!;
        _ = _process.StandardOutput.ReadToEndAsync();
        await Eventually.BecomesTrue(
            async () => { await using var client = await TryConnectAsync(); return client is { IsConnected: true }; },
            TimeSpan.FromSeconds(10), "Redis answers");
    }

    /// <summary>Ends it as a crash does.</summary>
    public void Kill() => _process!.Kill();

    /// <summary>Its connections stay, and nothing is answered.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>A connection with all rights.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() =>
        ConnectionMultiplexer.ConnectAsync(
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port},allowAdmin=true,connectRetry=0"));

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string[] Rights()
    {
        var page = File.ReadAllText(Checkout.File("docs", "operations", "limits.md"));
        const string begin = "ACL SETUSER oauth ";
        var lines = page.Split('\n')
            .Where(text => text.StartsWith(begin, StringComparison.Ordinal))
            .Select(text => text[begin.Length..]);
        return ["oauth", .. string.Join(' ', lines).Replace("PASSWORD", Password, StringComparison.Ordinal).Split(' ')];
    }

    private async Task<ConnectionMultiplexer?> TryConnectAsync()
    {
        try
        {
            return await ConnectAsync();
        }
        catch (RedisConnectionException)
        {
            return null;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
