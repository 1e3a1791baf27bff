using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OAuthServer.Commands;
using OAuthServer.Testing;

namespace OAuthServer.IntegrationTests.Database;

/// <summary>What an operator sees of <c>OAuthServer migrate</c>.</summary>
public sealed class MigrateCommandTests
{
    [Fact]
    public async Task It_says_what_it_ran_and_the_second_time_that_there_was_nothing_to_do()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var first = await RunAsync(database.ConnectionString);
        Assert.Equal(0, first.Code);
        Assert.Contains("Ran 001_create_oauth_tables.sql.", first.Output, StringComparison.Ordinal);

        var second = await RunAsync(database.ConnectionString, "--json");
        Assert.Equal(0, second.Code);
        var report = JsonDocument.Parse(second.Output).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal(0, report.GetProperty("applied").GetArrayLength());
    }

    [Theory]
    [InlineData(null, "ConnectionStrings__OAuthServer")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hidden-word;Timeout=2", "127.0.0.1:1")]
    [InlineData("Nonsense=hidden-word", "ConnectionStrings__OAuthServer")]
    public async Task A_database_that_cannot_be_used_is_code_1_with_the_reason_and_no_secret(string? connectionString, string reason)
    {
        var run = await RunAsync(connectionString);
        Assert.Equal(1, run.Code);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden-word", run.Error + run.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string? connectionString, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var command = MigrateCommand.Create(() => connectionString, NullLoggerFactory.Instance);
        var code = await command.Parse(arguments).InvokeAsync(
            new InvocationConfiguration { Output = output, Error = error },
            TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
