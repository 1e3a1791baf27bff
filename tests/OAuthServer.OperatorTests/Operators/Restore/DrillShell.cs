using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using OAuthServer.OperatorTests.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Restore;

/// <summary>
/// Runs the commands of a page as they stand there: those of <c>OAuthServer</c> in this process, all others in a shell.
/// </summary>
internal sealed partial class DrillShell(ContentRoot root, string connectionString, string mark)
{
    private const string Own = "OAuthServer ";

    /// <summary>The settings of the server and its commands.</summary>
    public Dictionary<string, string?> Settings { get; } = new(DoctorRun.Settings(connectionString))
    {
        ["Audit:MarkFile"] = mark,
    };

    /// <summary>The shell blocks of a page, in order.</summary>
    public static IReadOnlyList<string> Blocks(string page) =>
        [.. ShellBlock().Matches(File.ReadAllText(Checkout.File(page))).Select(match => match.Groups[1].Value)];

    /// <summary>
    /// Runs a block up to the first command that does not end with 0: how that ended, and what all printed.
    /// </summary>
    public async Task<(int Code, string Output)> RunAsync(string block)
    {
        var output = "";
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(" #")[0].Trim()))
        {
            var (code, printed) = line.StartsWith(Own, StringComparison.Ordinal)
                ? await OwnAsync(line[Own.Length..].Split(' '))
                : await ShellAsync(line);
            output += printed;
            if (code != 0) return (code, output);
        }

        return (0, output);
    }

    private async Task<(int Code, string Output)> OwnAsync(string[] args)
    {
        if (args is ["doctor", .. var options])
        {
            var doctor = await DoctorRun.WithAsync(Settings, null, options);
            return (doctor.Code, doctor.Output + doctor.Error);
        }

        var run = await new CommandLine { Settings = Settings }.RunAsync(args, TestContext.Current.CancellationToken);
        return (run.Code, run.Output + run.Error);
    }

    private async Task<(int Code, string Output)> ShellAsync(string line)
    {
        var start = new ProcessStartInfo("bash", ["-c", line])
        {
            WorkingDirectory = root.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var place = new NpgsqlConnectionStringBuilder(connectionString);
        var port = place.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["DATABASE"] = $"postgresql://{place.Username}@{place.Host}:{port}/{place.Database}";
        start.Environment["PGPASSWORD"] = place.Password;
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (bash.ExitCode, output);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
