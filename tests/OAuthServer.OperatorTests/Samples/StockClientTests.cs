using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Samples;

/// <summary>Published libraries and gateways, as they are, against a running server: <c>samples/StockClients</c>.</summary>
public sealed partial class StockClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly (string Name, int Capabilities)[] Every =
        [("dotnet", 11), ("gateway", 10), ("node", 38), ("apps", 5), ("spa", 7), ("aspnet", 8), ("apache", 3)];

    public static TheoryData<string, int> Parts =>
        [.. Every.Select(part => new TheoryDataRow<string, int>(part.Name, part.Capabilities))];

    [LongGateTheory]
    [MemberData(nameof(Parts))]
    public async Task What_is_published_works_with_a_server_that_was_started_as_the_sample_says(string part, int capabilities)
    {
        var port = LoopbackPort.Free();
        var issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        await using var root = new ContentRoot();
        await using var server = await HostProcess.StartAsync(root, new() { ["OAuth__Issuer"] = issuer }, port);
        var database = PsqlLine().Match(server.Output).Groups[1].Value;

        var (code, output) = await RunAsync(Checkout.File("samples", "StockClients", "run.sh"), issuer, database, part);

        Assert.True(code == 0, $"{code}\n{output}");
        Assert.Equal(capabilities, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(script, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OAUTH_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
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
