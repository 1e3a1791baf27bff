using Microsoft.Extensions.Options;
using OAuthServer.Operators.Doctor;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class BudgetCheckTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Budgets_as_they_come_are_well() => Assert.Empty((await RunAsync(new())).Findings);

    [Theory]
    [InlineData(1200, "")]
    [InlineData(1201, "Warning budget_too_wide")]
    public async Task More_than_twenty_a_second_stop_nobody(int permits, string expected)
    {
        var budget = new BudgetOptions { PermitLimit = permits, Window = Minute, Count = BudgetCount.Refused };

        var result = await RunAsync(new() { Revoke = budget });

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    [Theory]
    [InlineData(10, "")]
    [InlineData(9, "Warning budget_too_tight")]
    public async Task Fewer_than_ten_pages_stop_people(int permits, string expected)
    {
        var result = await RunAsync(new() { Authorize = new() { PermitLimit = permits, Count = BudgetCount.All } });

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    [Theory]
    [InlineData(12, false, "")]
    [InlineData(11, false, "Warning budget_too_tight")]
    [InlineData(11, true, "")]
    public async Task An_API_reads_the_list_every_five_seconds(int permits, bool refusedAlone, string expected)
    {
        var count = refusedAlone ? BudgetCount.Refused : BudgetCount.All;
        var budget = new BudgetOptions { PermitLimit = permits, Window = Minute, Count = count };

        var result = await RunAsync(new() { Revocations = budget });

        Assert.Equal(expected, string.Join(", ", result.Codes()));
    }

    [Fact]
    public async Task Calls_that_succeed_are_better_not_counted()
    {
        var result = await RunAsync(new() { Token = new() { Count = BudgetCount.All } });

        Assert.Equal(["Note budget_counts_all"], result.Codes());
        Assert.Contains("RateLimiting:Token", result.Findings[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50_000, "")]
    [InlineData(50_001, "Warning budget_too_wide")]
    public async Task More_than_fifty_thousand_guesses_a_day_are_too_many(int permits, string expected)
    {
        var guesses = new GuessLimit { PermitLimit = permits, Window = TimeSpan.FromDays(1) };

        Assert.Equal(expected, string.Join(", ", (await RunAsync(new() { Passwords = guesses })).Codes()));
        Assert.Equal(expected, string.Join(", ", (await RunAsync(new() { ClientSecrets = guesses })).Codes()));
    }

    private static Task<CheckResult> RunAsync(RateLimitOptions options) =>
        Checking.RunAsync(new BudgetCheck(Options.Create(options)));
}
