using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Keys;
using OAuthServer.Operators;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Operators;

/// <summary>What goes wrong becomes a sentence on standard error and one of the exit codes.</summary>
public sealed class CommandRunnerTests
{
    private const string Migrate = "run OAuthServer migrate";

    [Fact]
    public async Task The_answer_of_the_work_is_the_exit_code()
    {
        var run = await RunAsync(() => Task.FromResult(ExitCodes.ChangesPending));

        Assert.Equal((ExitCodes.ChangesPending, "", ""), (run.Code, run.Output, run.Error));
    }

    [Fact]
    public async Task Every_wrong_setting_is_a_line()
    {
        var run = await RunAsync(() => throw new OptionsValidationException("", typeof(object), ["first\u001b", "second"]));

        Assert.Equal(ExitCodes.Misconfigured, run.Code);
        Assert.Equal(["first?", "second"], run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task What_a_command_works_on_and_cannot_use_is_named()
    {
        (Exception Failure, string Sentence)[] cases =
        [
            (new KeyStoreException("The secret cannot be read."), "The secret cannot be read."),
            (new NpgsqlException("Failed to connect\u001b to 127.0.0.1:1"), "Failed to connect? to 127.0.0.1:1"),
            (new TimeoutException("It took too long."), "It took too long."),
            (Refusal(PostgresErrorCodes.UndefinedTable), Migrate),
            (Refusal(PostgresErrorCodes.UndefinedColumn), Migrate),
            (Refusal(PostgresErrorCodes.InsufficientPrivilege), "42501: permission denied"),
            (new DbUpdateException("An error occurred.", Refusal(PostgresErrorCodes.CheckViolation)), "23514: permission"),
        ];
        foreach (var (failure, sentence) in cases)
        {
            var run = await RunAsync(() => throw failure);

            Assert.Equal((ExitCodes.Unavailable, ""), (run.Code, run.Output));
            Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_fault_of_the_program_is_not_hidden()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(() => throw new InvalidOperationException()));
        await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(() => throw new ArgumentException("no setting")));
        await Assert.ThrowsAsync<DbUpdateException>(
            () => RunAsync(() => throw new DbUpdateException("", new InvalidOperationException())));
    }

    [Theory]
    [InlineData(null, "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData("", "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData(" ", "No database is configured: set ConnectionStrings__OAuthServer.")]
    [InlineData("Password=demo-password;Nonsense=1", "The connection string ConnectionStrings__OAuthServer cannot be read.")]
    [InlineData("Password=demo-password;Port=x", "The connection string ConnectionStrings__OAuthServer cannot be read.")]
    [InlineData("Password=demo-password", "The connection string ConnectionStrings__OAuthServer cannot be read.")]
    public async Task Without_a_connection_string_the_work_is_not_begun(string? connectionString, string sentence)
    {
        await using var settings = CommandLine.On(connectionString).Read();
        var began = false;

        var run = await RunAsync(parsed => new CommandRunner(settings).RunAsync(parsed, _ =>
        {
            began = true;
            return Task.FromResult(ExitCodes.Done);
        }));

        Assert.Equal((ExitCodes.Misconfigured, sentence, false), (run.Code, run.Error.TrimEnd(), began));
    }

    private static PostgresException Refusal(string state) => new("permission denied", "ERROR", "ERROR", state);

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
