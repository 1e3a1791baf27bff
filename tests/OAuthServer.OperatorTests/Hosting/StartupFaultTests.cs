using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OAuthServer.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// Each fault of configuration prints one line that says what is wrong and what to do, and
/// docs/operations/startup-errors.md lists them. <c>OAUTH_WRITE_DOCS=1</c> rewrites the page.
/// </summary>
public sealed class StartupFaultTests(RefusingDatabase database) : IClassFixture<RefusingDatabase>
{
    private const string Page = "docs/operations/startup-errors.md";

    private static readonly Dictionary<string, string> Right = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["OAuth__Issuer"] = "https://login.example.com",
        ["ConnectionStrings__OAuthServer"] = "Host=db;Database=oauth;Username=oauth;Password=hidden-word",
        ["AWS_REGION"] = "eu-central-1",
    };

    [Fact]
    public void Each_wrong_setting_prints_its_line() => AssertLines(
        StartupFaults.Settings,
        fault =>
        {
            var (key, value) = Pair(fault.Given);
            var faults = InProcess.Faults(new Dictionary<string, string>(Right) { [key] = value });
            Assert.DoesNotContain("hidden", string.Concat(faults), StringComparison.Ordinal);
            return string.Join('\n', faults);
        });

    [Fact]
    public async Task Each_refusal_of_the_database_prints_its_line()
    {
        var printed = new Dictionary<string, string>();
        foreach (var fault in StartupFaults.Databases)
        {
            var run = await CommandLine.On(database.With(fault.Given))
                .RunAsync(["clients", "list"], TestContext.Current.CancellationToken);
            Assert.Equal((3, ""), (run.Code, run.Output));
            printed[fault.What] = database.Plain(run.Error.TrimEnd());
        }

        AssertLines(StartupFaults.Databases, fault => printed[fault.What]);
    }

    [Fact]
    public async Task Each_wrong_command_line_prints_its_line()
    {
        var printed = new Dictionary<string, string>();
        foreach (var fault in StartupFaults.Commands)
        {
            var run = await new CommandLine().RunAsync(fault.Given.Split(' '), TestContext.Current.CancellationToken);
            Assert.Equal(2, run.Code);
            printed[fault.What] = run.Error.Split('\n')[0].TrimEnd();
        }

        AssertLines(StartupFaults.Commands, fault => printed[fault.What]);
    }

    [Fact]
    public void Each_address_that_cannot_be_listened_at_prints_its_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var environment = new HostingEnvironment { EnvironmentName = Environments.Production };

        AssertLines(StartupFaults.Listening, fault =>
        {
            var urls = fault.Given["--urls=".Length..].Replace("5080", taken, StringComparison.Ordinal);
            var settings = new ConfigurationBuilder().AddInMemoryCollection([new("urls", urls)]).Build();
            return TakenPort.Fault(new ListenAddresses(settings, environment))?
                .Replace(taken, "5080", StringComparison.Ordinal) ?? "";
        });
    }

    [Fact]
    public void The_page_lists_them()
    {
        var page = new StringBuilder(
            """
            # Startup errors

            What the server and its commands print when a setting is wrong, and what to do. All faults of settings are
            listed at once, each with the value that was found, unless that is a secret. The exit code is 2 for settings and
            the command line, 3 for a database or key store that cannot be used. A running server that loses its database
            stays: see [database](database.md#when-it-does-not-answer). `OAuthServer doctor` looks at more than a start
            does. This page is written by the tests: run `StartupFaultTests` with `OAUTH_WRITE_DOCS=1`.

            """);
        Write(page, "Settings", "", StartupFaults.Settings);
        Write(page, "Where it listens", "", StartupFaults.Listening);
        Write(
            page,
            "The database",
            "`clients list`, with this in the connection string. The server's own line at the start "
            + "(event 7008) says the same, and it goes on trying.", StartupFaults.Databases);
        Write(page, "The command line", "", StartupFaults.Commands);
        WrittenPage.AssertIs(Page, page.ToString());
    }

    private static void Write(StringBuilder page, string heading, string intro, StartupFault[] faults)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {heading}\n\n");
        if (intro.Length > 0) page.Append(MarkdownText.Wrap("", intro)).Append('\n');
        foreach (var fault in faults)
        {
            page.Append(MarkdownText.Wrap("- ", $"{fault.What}: `{fault.Given}`"));
            page.Append(MarkdownText.Wrap("  - ", $"`{fault.Line}`"));
        }
    }

    private static void AssertLines(StartupFault[] faults, Func<StartupFault, string> print)
    {
        var printed = faults.Select(fault => (fault, Line: print(fault))).ToList();
        var wrong = printed.Where(pair => pair.Line != pair.fault.Line)
            .Select(pair => $"{pair.fault.What}: {pair.fault.Given}\n  {pair.Line}").ToList();
        if (wrong.Count > 0) Assert.Fail(string.Join('\n', wrong));
    }

    private static (string Key, string Value) Pair(string given) => given.Split('=', 2) is [var key, var value]
        ? (key, value)
        : throw new FormatException(given);
}
