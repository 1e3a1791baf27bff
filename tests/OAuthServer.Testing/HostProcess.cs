using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OAuthServer.Testing;

/// <summary>
/// The built host as a process of its own, started as <c>dotnet OAuthServer.dll</c> in a content root.
/// </summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private const string Env = "/usr/bin/env";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The dotnet that runs this, however it is found.</summary>
    internal static string Dotnet { get; } = Path.GetFullPath(
        Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(),
            "..",
            "..",
            "..",
            OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    // A job in the background of a script has INT ignored, a program under nohup HUP; what it starts would inherit
    // that.
    private const string ResetSignals = "--default-signal=INT,HUP";

    private static readonly Lazy<bool> CanResetSignals = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Env)) return false;
        using var probe = Process.Start(new ProcessStartInfo(Env, [ResetSignals, "true"])
        {
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        return probe.ExitCode == 0;
    });

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private HostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Follows no redirects, keeps cookies.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>Standard output and standard error so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>How long the host took from its start until it was ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts a host and waits until it is ready.</summary>
    /// <param name="root">Where it runs.</param>
    /// <param name="variables">Its environment; Development unless this says otherwise.</param>
    /// <param name="port">Where it listens; 0 for any free port, null when it is not told.</param>
    public static async Task<HostProcess> StartAsync(
        ContentRoot root, Dictionary<string, string>? variables = null, int? port = 0)
    {
        var watch = Stopwatch.StartNew();
        var urls = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        string[] arguments = port is null ? [] : ["--urls", urls];
        var host = new HostProcess(Process.Start(StartInfo(root, Development(variables), arguments))!);
        try
        {
            await Eventually.BecomesTrue(
                () => Task.FromResult(host._process.HasExited || ListeningOn().IsMatch(host.Output)),
                Patience,
                "the host listens");
            if (host._process.HasExited)
                throw new InvalidOperationException($"The host ended with {host._process.ExitCode}: {host.Output}");
            host.Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
            {
                BaseAddress = new Uri(ListeningOn().Match(host.Output).Groups[1].Value),
                Timeout = Patience,
            };
            await Eventually.BecomesTrue(
                async () => (await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode,
                Patience,
                "the host is ready");
            host.ReadyAfter = watch.Elapsed;
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a host that is to end by itself.</summary>
    public static async Task<Ended> RunAsync(
        ContentRoot root, Dictionary<string, string> variables, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(root, variables, arguments))!;
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Sends a signal and waits for the end; the answer is the exit code.</summary>
    /// <param name="signal">Its name without SIG, such as <c>TERM</c>.</param>
    public async Task<int> EndAsync(string signal)
    {
        await SignalAsync(signal);
        return await EndedAsync();
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">Its name without SIG, such as <c>TERM</c>.</param>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether the host still runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>True for a process that runs, not for the remains of one.</summary>
    public static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited
                && !(OperatingSystem.IsLinux()
                    && File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"))
                        .Contains(") Z ", StringComparison.Ordinal));
        }
        catch (Exception gone) when (gone is ArgumentException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Waits for the end of a process that was told to stop; the answer is the exit code.</summary>
    public async Task<int> EndedAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (!_process.HasExited)
        {
            // Not the whole tree: PostgreSQL is ended by its host, or by the content root.
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static Dictionary<string, string> Development(Dictionary<string, string>? more)
    {
        var variables = more is null ? new Dictionary<string, string>() : new Dictionary<string, string>(more);
        variables.TryAdd("ASPNETCORE_ENVIRONMENT", "Development");
        return variables;
    }

    // Nothing of our own environment that could configure a host goes along.
    private static ProcessStartInfo StartInfo(
        ContentRoot root, Dictionary<string, string> variables, string[] arguments)
    {
        string[] command = [Dotnet, Path.Combine(AppContext.BaseDirectory, "OAuthServer.dll"), .. arguments];
        if (CanResetSignals.Value) command = [Env, ResetSignals, .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = root.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Configures().IsMatch(name)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        // As in the tests themselves (tests/Directory.Build.props).
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    private void Keep(string? line)
    {
        if (line is not null) _output.Enqueue(line);
    }

    // A quote in Development, an escaped one in the JSON of other environments.
    [GeneratedRegex(@"Now listening on: \\?""?(http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningOn();

    [GeneratedRegex(
        "^(ASPNETCORE_|DOTNET_ENVIRONMENT|AWS_|OAUTH|ConnectionStrings__|SigningKeys__|RateLimiting__"
            + "|ForwardedHeaders__|Serilog__)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Configures();

    /// <summary>A host that ended.</summary>
    internal sealed record Ended(int ExitCode, string Output, string Error);
}
