using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Operators;
using OAuthServer.Operators.Clients;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators;

/// <summary>The operator's commands, run as the host runs them.</summary>
public sealed class CommandTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    [Fact]
    [Row("REG-04")]
    public async Task A_made_secret_is_long_shown_once_and_verifies_against_its_hash()
    {
        var first = await RunAsync(Clients(() => new()), "hash-secret");
        var second = await RunAsync(Clients(() => new()), "hash-secret");

        Assert.Equal(0, first.Code);
        var (secret, hash) = (Shown(first.Output, "client_secret"), Shown(first.Output, "bcrypt hash"));
        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.Matches(@"^\$2[aby]\$12\$[./A-Za-z0-9]{53}$", hash);
        Assert.True(BCrypt.Net.BCrypt.Verify(secret, hash));
        Assert.NotEqual(secret, Shown(second.Output, "client_secret"));
        Assert.Equal(first.Output.IndexOf(secret, StringComparison.Ordinal), first.Output.LastIndexOf(secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    public async Task The_configured_cost_is_the_cost_of_the_hash(int cost)
    {
        var run = await RunAsync(Clients(() => new() { Cost = cost }), "hash-secret");

        Assert.Equal(0, run.Code);
        Assert.StartsWith($"$2a${cost}$", Shown(run.Output, "bcrypt hash"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_cost_is_reported_and_no_secret_is_made()
    {
        var services = new ServiceCollection().AddClientSecrets(new ConfigurationBuilder().AddInMemoryCollection([new("ClientSecrets:Cost", "9")]).Build());
        await using var provider = services.BuildServiceProvider();

        var run = await RunAsync(Clients(() => provider.GetRequiredService<IOptions<ClientSecretOptions>>().Value), "hash-secret");

        Assert.Equal((2, string.Empty), (run.Code, run.Output));
        Assert.Contains("ClientSecrets:Cost must be from 10 to 14", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sixteen-letters.", "")]
    [InlineData("a secret with spaces in it", "\n")]
    [InlineData("a secret from Windows text", "\r\n")]
    [InlineData("seventy-two bytes are the most that bcrypt reads, so this one just fits!", "\n")]
    public async Task A_given_secret_is_hashed_without_its_line_end_and_not_shown(string secret, string end)
    {
        var run = await RunAsync(Clients(() => new(), new StringReader(secret + end)), "hash-secret", "--stdin");

        Assert.Equal(0, run.Code);
        Assert.True(BCrypt.Net.BCrypt.Verify(secret, Shown(run.Output, "bcrypt hash")));
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
        var run = await RunAsync(Clients(() => new(), new StringReader(secret)), "hash-secret", "--stdin");

        Assert.Equal(1, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        if (secret.Trim().Length > 0) Assert.DoesNotContain(secret, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Row("REG-04")]
    public async Task The_printed_hash_is_one_that_the_schema_accepts_and_the_server_believes()
    {
        var run = await RunAsync(Clients(() => new()), "hash-secret");
        await using var server = await TestServer.StartAsync();
        await server.Database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes) VALUES ('made', $1, 'Made', '{https://made.example/cb}', '{read}')",
            Shown(run.Output, "bcrypt hash"));

        var secret = Shown(run.Output, "client_secret");
        Assert.Equal("invalid_grant", (await AskAsync(server, secret)).Error);
        Assert.Equal("invalid_client", (await AskAsync(server, secret + "x")).Error);
        Assert.Equal("invalid_client", (await AskAsync(server, Shown(run.Output, "bcrypt hash"))).Error);
    }

    [Fact]
    public async Task Migrate_gives_an_empty_database_the_schema_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var command = MigrateCommand.Create(() => database.ConnectionString);

        var first = await RunAsync(command);
        Assert.Equal(0, first.Code);
        Assert.Contains("001_create_oauth_tables", first.Output, StringComparison.Ordinal);
        await TestData.SeedAsync(database);
        var second = await RunAsync(command);
        Assert.Equal(0, second.Code);
        Assert.Contains("already up to date", second.Output, StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<long>("SELECT count(*) FROM oauth_clients") > 0);
    }

    [Theory]
    [InlineData(null, "ConnectionStrings__OAuthServer")]
    [InlineData("", "ConnectionStrings__OAuthServer")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=demo-password;Timeout=2", "127.0.0.1:1")]
    [InlineData("Password=demo-password;Nonsense=1", "cannot be read")]
    public async Task Migrate_without_a_usable_database_says_so_and_fails(string? connectionString, string expected)
    {
        var run = await RunAsync(MigrateCommand.Create(() => connectionString));

        Assert.Equal(1, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("demo-password", run.Error + run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "migrate")]
    [InlineData(true, "migrate", "--json")]
    [InlineData(true, "keys", "list")]
    [InlineData(true, "clients", "hash-secret")]
    [InlineData(true, "audit", "verify")]
    [InlineData(true, "doctor", "--json")]
    [InlineData(true, "--help")]
    [InlineData(true, "--version")]
    [InlineData(false)]
    [InlineData(false, "--urls", "http://127.0.0.1:0")]
    [InlineData(false, "--environment", "migrate")]
    [InlineData(false, "--OAuth:Issuer=https://as.example.test")]
    public void Commands_are_told_from_settings(bool handled, params string[] args) => Assert.Equal(handled, RootCommands.Handles(args));

    [Fact]
    public async Task The_host_runs_a_command_instead_of_serving()
    {
        var made = await HostProcess.RunAsync(root, new() { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, "clients", "hash-secret");
        Assert.Equal(0, made.ExitCode);
        Assert.True(BCrypt.Net.BCrypt.Verify(Shown(made.Output, "client_secret"), Shown(made.Output, "bcrypt hash")));

        var unconfigured = await HostProcess.RunAsync(root, new() { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, "migrate");
        Assert.Equal(1, unconfigured.ExitCode);
        Assert.Contains("ConnectionStrings__OAuthServer", unconfigured.Error, StringComparison.Ordinal);

        var misspelt = await HostProcess.RunAsync(root, new() { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, "audit", "search", "--since", "yesterday");
        Assert.Equal(2, misspelt.ExitCode);
        Assert.Contains("--since must be a time such as 2026-03-01", misspelt.Error, StringComparison.Ordinal);
    }

    private static Command Clients(Func<ClientSecretOptions> options, TextReader? input = null) => new("clients") { ClientsHashCommand.Create(options, input) };

    private static Task<Reply> AskAsync(TestServer server, string secret) =>
        server.PostFormAsync("/oauth/token", ("grant_type", "refresh_token"), ("refresh_token", "no-such-token"), ("client_id", "made"), ("client_secret", secret));

    // The value at the end of the line that begins with the label.
    private static string Shown(string output, string label) =>
        Assert.Single(output.Split('\n'), line => line.StartsWith(label, StringComparison.Ordinal)).TrimEnd().Split(": ")[^1];

    private static async Task<(int Code, string Output, string Error)> RunAsync(Command command, params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await command.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
