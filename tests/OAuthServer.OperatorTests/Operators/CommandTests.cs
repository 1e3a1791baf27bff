using System.CommandLine;
using OAuthServer.Operators;
using OAuthServer.Operators.Clients;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary><c>clients hash-secret</c>, and commands as the host runs them.</summary>
public sealed class CommandTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private static readonly Dictionary<string, string> Production = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
    };

    [Fact]
    [Row("REG-04")]
    public async Task A_made_secret_is_long_shown_once_and_verifies_against_its_hash()
    {
        var first = await HashAsync([]);
        var second = await HashAsync([]);

        Assert.Equal((0, ""), (first.Code, first.Error));
        var (secret, hash) = (Shown(first, "client_secret"), Shown(first, "bcrypt hash"));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.Matches(@"^\$2[aby]\$12\$[./A-Za-z0-9]{53}$", hash);
        Assert.True(BCrypt.Net.BCrypt.Verify(secret, hash));
        Assert.NotEqual(secret, Shown(second, "client_secret"));
        Assert.Equal(2, first.Output.Split(secret).Length);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("11")]
    public async Task The_configured_cost_is_the_cost_of_the_hash(string cost)
    {
        var run = await HashAsync(new() { ["ClientSecrets:Cost"] = cost });

        Assert.Equal(0, run.Code);
        Assert.StartsWith($"$2a${cost}$", Shown(run, "bcrypt hash"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_cost_is_reported_and_no_secret_is_made()
    {
        var run = await HashAsync(new() { ["ClientSecrets:Cost"] = "9" });

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains("ClientSecrets:Cost must be from 10 to 14", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sixteen-letters.", "")]
    [InlineData("a secret with spaces in it", "\n")]
    [InlineData("a secret from Windows text", "\r\n")]
    [InlineData("seventy-two bytes are the most that bcrypt reads, so this one just fits!", "\n")]
    public async Task A_given_secret_is_hashed_without_its_line_end_and_not_shown(string secret, string end)
    {
        var run = await HashGivenAsync(secret + end);

        Assert.Equal(0, run.Code);
        Assert.True(BCrypt.Net.BCrypt.Verify(secret, Shown(run, "bcrypt hash")));
        Assert.DoesNotContain(secret, run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "at least 16")]
    [InlineData("\n", "at least 16")]
    [InlineData("fifteen-letters", "at least 16")]
    [InlineData("seventy-three bytes are more than bcrypt reads, so this one is refused !!", "no more than 72 bytes")]
    [InlineData("ümläüte zählen doppelt, ümläüte zählen doppelt, ümläüte zählen doppelt", "no more than 72 bytes")]
    [InlineData("two lines are\nnot a secret", "control characters")]
    public async Task A_secret_that_cannot_be_used_is_refused_and_not_repeated(string secret, string expected)
    {
        var run = await HashGivenAsync(secret);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        if (secret.Trim().Length > 0) Assert.DoesNotContain(secret, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Row("REG-04")]
    public async Task The_printed_hash_is_one_that_the_schema_accepts_and_the_server_believes()
    {
        var run = await HashAsync([]);
        var (secret, hash) = (Shown(run, "client_secret"), Shown(run, "bcrypt hash"));
        await using var server = await TestServer.StartAsync();
        await server.Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes)
            VALUES ('made', $1, 'Made', '{https://made.example/cb}', '{read}')
            """,
            hash);

        Assert.Equal("invalid_grant", (await server.AuthenticateAsync("made", secret)).Error);
        Assert.Equal("invalid_client", (await server.AuthenticateAsync("made", secret + "x")).Error);
        Assert.Equal("invalid_client", (await server.AuthenticateAsync("made", hash)).Error);
    }

    [Fact]
    public async Task The_host_runs_a_command_instead_of_serving()
    {
        var made = await HostProcess.RunAsync(root, Production, "clients", "hash-secret");
        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        Assert.Contains("client_secret", made.Output, StringComparison.Ordinal);

        var unconfigured = await HostProcess.RunAsync(root, Production, "migrate");
        Assert.Equal((2, ""), (unconfigured.ExitCode, unconfigured.Output));
        Assert.Contains("ConnectionStrings__OAuthServer", unconfigured.Error, StringComparison.Ordinal);

        var misspelt = await HostProcess.RunAsync(root, Production, "audit", "search", "--since", "yesterday");
        Assert.Equal(2, misspelt.ExitCode);
        Assert.Contains("--since must be a time such as 2026-03-01", misspelt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_command_does_not_start_a_server()
    {
        var run = await HostProcess.RunAsync(root, Production, "migrat");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(
            "There is no command migrat. Did you mean migrate? The commands are ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_clients_may_refer_to_any_environment_variable()
    {
        await using var database = await TestDatabase.CreateAsync();
        var path = Path.Combine(root.Path, "clients.json");
        await File.WriteAllTextAsync(
            path,
            """
            { "clients": [ {
                "client_id": "acme", "name": "Acme", "redirect_uris": ["https://acme.example/cb"],
                "allowed_scopes": ["read"], "secret": { "env": "ACME__WEB_Secret" }
            } ] }
            """,
            TestContext.Current.CancellationToken);
        var variables = new Dictionary<string, string>(Production)
        {
            ["ConnectionStrings__OAuthServer"] = database.ConnectionString,
            ["ClientSecrets__Cost"] = "10",
            ["ACME__WEB_Secret"] = "a-secret-of-the-environment",
        };

        var run = await HostProcess.RunAsync(root, variables, "clients", "apply", path);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var hash = await database.ScalarAsync<string>("SELECT client_secret FROM oauth_clients");
        Assert.True(BCrypt.Net.BCrypt.Verify("a-secret-of-the-environment", hash));
    }

    // The value at the end of the line that begins with the label.
    private static string Shown(CommandRun run, string label) =>
        Assert.Single(run.Lines, line => line.StartsWith(label, StringComparison.Ordinal)).Split(": ")[^1];

    private static Task<CommandRun> HashAsync(Dictionary<string, string?> settings) =>
        new CommandLine { Settings = settings }
            .RunAsync(["clients", "hash-secret"], TestContext.Current.CancellationToken);

    private static async Task<CommandRun> HashGivenAsync(string given)
    {
        await using var settings = new CommandLine().Read();
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var command = ClientsHashCommand.Create(new CommandRunner(settings), new StringReader(given));
        var console = new InvocationConfiguration { Output = output, Error = error };
        var code = await command.Parse(["--stdin"]).InvokeAsync(console, TestContext.Current.CancellationToken);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
