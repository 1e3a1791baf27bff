using System.Diagnostics;
using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Samples;

/// <summary>The script of a sample, against a server that was started as the sample says.</summary>
internal static partial class SampleScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs it, and fails unless each of so many capabilities is there.</summary>
    /// <param name="sample">The folder of the sample.</param>
    /// <param name="capabilities">How many lines begin with <c>ok</c>.</param>
    /// <param name="arguments">As the script takes them.</param>
    public static async Task SucceedsAsync(string sample, int capabilities, params string[] arguments)
    {
        var (code, output) = await RunAsync(Checkout.File("samples", sample, "run.sh"), arguments);

        Assert.True(code == 0, $"{code}\n{output}");
        Assert.Equal(capabilities, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
    }

    /// <summary>The database of a server in Development, as it told.</summary>
    public static string DatabaseOf(HostProcess server) => PsqlLine().Match(server.Output).Groups[1].Value;

    private static async Task<(int Code, string Output)> RunAsync(string script, string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OAUTH_", StringComparison.Ordinal))
            .ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token) + await error;
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("psql \"([^\"]+)\"")]
    private static partial Regex PsqlLine();
}
