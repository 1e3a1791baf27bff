using System.Diagnostics;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Deploy;

/// <summary>
/// What <c>deploy/</c> gives to operators, read by the programs that it is for. They are fetched by the long gate
/// alone.
/// </summary>
public sealed class DeployToolTests
{
    [LongGateFact]
    public async Task Kustomize_builds_the_manifests()
    {
        var built = await RunAsync("kubectl", "kustomize", Checkout.File("deploy", "kubernetes"));

        string[] kinds =
        [
            "ConfigMap", "Deployment", "Job", "Namespace", "PodDisruptionBudget", "Service", "ServiceAccount",
        ];
        Assert.Equal(
            kinds,
            built.Split('\n')
                .Where(line => line.StartsWith("kind: ", StringComparison.Ordinal))
                .Select(line => line[6..])
                .Order(StringComparer.Ordinal));
        Assert.Contains("image: registry.example.com/oauthserver:", built, StringComparison.Ordinal);
    }

    [LongGateFact]
    public async Task Systemd_finds_nothing_to_say_about_the_units()
    {
        var folder = Checkout.File("deploy", "systemd");
        var said = await RunAsync("systemd-analyze", ["verify", .. Directory.EnumerateFiles(folder, "*.service")]);

        Assert.DoesNotContain(
            "oauthserver",
            said.Replace("Command /usr/bin/dotnet is not executable", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [LongGateFact]
    public async Task Terraform_would_read_the_secrets()
    {
        var tool = Checkout.File(".ci", "hcl");
        await RunAsync("npm", "ci", "--prefix", tool, "--ignore-scripts", "--no-audit", "--no-fund");
        var read = await RunAsync(
            "node", Path.Combine(tool, "check.mjs"), Checkout.File("deploy", "aws", "secrets.tf"));

        Assert.EndsWith("secrets.tf: locals, resource", read.TrimEnd(), StringComparison.Ordinal);
    }

    // What it printed, both outputs together; it has to end with 0.
    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program}: {output}");
        return output;
    }
}
