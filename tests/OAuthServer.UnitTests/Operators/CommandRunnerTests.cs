using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Operators;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Operators;

/// <summary>What goes wrong becomes a sentence on standard error and one of the exit codes.</summary>
public sealed class CommandRunnerTests
{
    private const string Database = "Host=db;Port=6432;Database=oauth;Username=server;Password=hidden-word";
    private const string Unusable = "The database db:6432/oauth cannot be used:";
    private const string OldSchema = "The schema of the database is older than this version: run OAuthServer migrate.";
    private const string Usual =
        "Check that PostgreSQL runs, that this machine may reach it, and the role, password and database of "
        + "ConnectionStrings:OAuthServer.";
    private const string Right = "OAuthServer doctor names what the role lacks, with the GRANT.";

    [Fact]
    public async Task The_answer_of_the_work_is_the_exit_code()
    {
        var run = await RunAsync(() => Task.FromResult(ExitCodes.ChangesPending));

        Assert.Equal((ExitCodes.ChangesPending, "", ""), (run.Code, run.Output, run.Error));
    }

    [Fact]
    public async Task Every_wrong_setting_is_a_line()
    {
        var wrong = new OptionsValidationException("", typeof(object), ["first\u001b", "second"]);

        var run = await RunAsync(() => throw wrong);

        Assert.Equal(ExitCodes.Misconfigured, run.Code);
        Assert.Equal(["first?", "second"], run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_key_store_that_cannot_be_used_is_named()
    {
        var run = await RunAsync(() => throw new KeyStoreException("The secret cannot be\u001b read."));

        Assert.Equal((ExitCodes.Unavailable, ""), (run.Code, run.Output));
        Assert.Equal("The secret cannot be? read.", run.Error.TrimEnd());
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_is_named_with_the_reason()
    {
        var cause = new IOException("Connection refused\u001b");
        (Exception Failure, string Sentence)[] cases =
        [
            (new NpgsqlException("It failed."), $"{Unusable} It failed. {Usual}"),
            (new NpgsqlException("It failed.", cause), $"{Unusable} It failed. (Connection refused?). {Usual}"),
            (new NpgsqlException("Connection refused\u001b", cause), $"{Unusable} Connection refused?. {Usual}"),
            (
                new TimeoutException("It took too long."),
                $"{Unusable} It took too long. Nothing answers there: check Host and Port, and that no firewall is "
                    + "between."),
            (Refusal(PostgresErrorCodes.InsufficientPrivilege), $"{Unusable} 42501: permission denied. {Right}"),
            (Refusal("23514"), $"{Unusable} 23514: permission denied. {Usual}"),
            (Refusal(PostgresErrorCodes.UndefinedTable), OldSchema),
            (Refusal(PostgresErrorCodes.UndefinedColumn), OldSchema),
        ];
        foreach (var (failure, sentence) in cases)
        {
            var run = await RunOnAsync(Database, _ => throw failure);

            Assert.Equal((ExitCodes.Unavailable, ""), (run.Code, run.Output));
            Assert.Equal(sentence, run.Error.TrimEnd());
        }
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_hidden()
    {
        await Assert.ThrowsAsync<IOException>(() => RunAsync(() => throw new IOException()));
        await Assert.ThrowsAsync<ArgumentException>(() => RunOnAsync(Database, _ => throw new ArgumentException("x")));
    }

    [Theory]
    [InlineData(null, "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData("", "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData(" ", "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData("Nonsense=1;Password=demo-password", "ConnectionStrings:OAuthServer has the unknown part 'nonsense'.")]
    [InlineData(
        "Host=db;Password=a;demo-password=1",
        "ConnectionStrings:OAuthServer has an unknown part behind a password. If the password has a semicolon, put it "
            + "into quotes: Password='...'")]
    [InlineData(
        "Host=db;PWD=a;demo-password=1",
        "ConnectionStrings:OAuthServer has an unknown part behind a password. If the password has a semicolon, put it "
            + "into quotes: Password='...'")]
    [InlineData(
        "Password=demo-password;Port=x", "ConnectionStrings:OAuthServer: the value of its part 'port' cannot be read.")]
    [InlineData(
        "Password=demo-password",
        "ConnectionStrings:OAuthServer has no Host: write for example "
            + "Host=db;Database=oauth;Username=oauth;Password=...")]
    public async Task Without_a_connection_string_the_work_is_not_begun(string? connectionString, string sentence)
    {
        var began = false;

        var run = await RunOnAsync(connectionString, _ =>
        {
            began = true;
            return Task.FromResult(ExitCodes.Done);
        });

        Assert.Equal((ExitCodes.Misconfigured, sentence, false), (run.Code, run.Error.TrimEnd(), began));
    }

    private static PostgresException Refusal(string state) => new("permission denied", "ERROR", "ERROR", state);

    private static async Task<CommandRun> RunOnAsync(string? connectionString, Func<OAuthDatabase, Task<int>> work)
    {
        await using var settings = CommandLine.On(connectionString).Read();
        return await RunAsync(parsed => new CommandRunner(settings).RunAsync(parsed, work));
    }

    private static Task<CommandRun> RunAsync(Func<Task<int>> work) =>
        RunAsync(parsed => CommandRunner.RunAsync(parsed, work));

    private static async Task<CommandRun> RunAsync(Func<ParseResult, Task<int>> run)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var parsed = new RootCommand().Parse([]);
        parsed.InvocationConfiguration.Output = output;
        parsed.InvocationConfiguration.Error = error;
        var code = await run(parsed);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
