using System.Diagnostics;
using System.Xml.Linq;
using OAuthServer.ServerTests.Accounts;
using OAuthServer.ServerTests.Endpoints;
using OAuthServer.ServerTests.Endpoints.Discovery;
using OAuthServer.ServerTests.Endpoints.Token;
using OAuthServer.ServerTests.Keys;
using OAuthServer.ServerTests.RateLimits;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Conformance;

/// <summary>The suite judges a server that it did not start, and claims nothing of it that it could not see.</summary>
public sealed class DeploymentRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Endpoints and pages; two classes that need a clock, a configuration or a database of their own; and one that
    // judges no deployment.
    private static readonly Type[] Seen = [typeof(MetadataTests), typeof(TokenEndpointTests), typeof(SessionTests)];
    private static readonly Type[] Unseen =
    [
        typeof(KeyRotationTests), typeof(AddressBudgetTests), typeof(FullFlowTests),
    ];

    [Fact]
    public async Task A_run_against_an_address_passes_what_it_sees_and_says_not_run_of_the_rest()
    {
        Deployment.NeedsOwnServer("a server to be the deployment");
        await using var server = await TestServer.StartAsync();

        var results = await RunAsync(server.Address, [.. Seen, .. Unseen]);

        Assert.DoesNotContain(results, result => result.Outcome == "Fail");
        Assert.All(
            Seen, type => Assert.Contains(results, result => result.Outcome == "Pass" && result.Type == type.FullName));
        Assert.All(Unseen, type => Assert.Contains(results, result => result.Type == type.FullName));
        Assert.All(
            results.Where(result => Unseen.Any(type => type.FullName == result.Type)),
            result => Assert.Equal("Skip", result.Outcome));
        Assert.Equal(
            [
                nameof(TokenEndpointTests.A_client_without_the_refresh_grant_gets_no_refresh_token),
                nameof(MetadataTests.An_issuer_with_a_path_has_its_document_at_the_inserted_path_alone),
                nameof(MetadataTests.Scopes_are_listed_whatever_characters_their_names_have),
            ],
            results.Where(result => result.Outcome == "Skip" && Seen.Any(type => type.FullName == result.Type))
                .Select(result => result.Method)
                .Order(StringComparer.Ordinal));
        Assert.All(
            results.Where(result => result.Outcome == "Skip"),
            result => Assert.StartsWith("Not run: needs ", result.Reason, StringComparison.Ordinal));
        // It was this server, and none that the run brought along.
        Assert.True(
            await server.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'code_redeemed'") > 0);
    }

    private static async Task<IReadOnlyList<Result>> RunAsync(Uri address, Type[] classes)
    {
        var report = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".xml");
        var start = new ProcessStartInfo(
            HostProcess.Dotnet,
            [
                typeof(DeploymentRunTests).Assembly.Location,
                .. classes.SelectMany(type => new[] { "-class", type.FullName! }),
                "-parallelMode",
                "none",
                "-result-xml",
                report,
            ])
        {
            Environment =
            {
                [Deployment.BaseVariable] = address.AbsoluteUri,
                ["OAUTH_CONFORMANCE_ISSUER"] = TestServer.Issuer,
            },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, output);
            return [
                .. XDocument.Load(report)
                    .Descendants("test")
                    .Select(test => new Result(
                        (string)test.Attribute("type")!,
                        (string)test.Attribute("method")!,
                        (string)test.Attribute("result")!,
                        (string?)test.Element("reason"))),
            ];
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            File.Delete(report);
        }
    }

    private sealed record Result(string Type, string Method, string Outcome, string? Reason);
}
