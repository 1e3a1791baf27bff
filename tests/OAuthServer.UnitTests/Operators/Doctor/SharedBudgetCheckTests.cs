using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Doctor;
using OAuthServer.RateLimits;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class SharedBudgetCheckTests
{
    [Fact]
    public async Task Without_a_Redis_there_is_nothing_to_find()
    {
        var result = await RunAsync("");

        Assert.Empty(result.Findings);
        Assert.Equal("each instance counts for itself", result.Facts.Single().Value);
    }

    [Fact]
    public async Task One_that_is_away_is_told()
    {
        var port = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);

        var result = await RunAsync($"127.0.0.1:{port},connectTimeout=100,connectRetry=0");

        Assert.Equal(["Warning shared_budgets_away"], result.Codes());
        Assert.DoesNotContain(port, result.Findings[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis.invalid", "Warning shared_budgets_away, Note shared_budgets_plain")]
    [InlineData("redis.invalid,ssl=true", "Warning shared_budgets_away")]
    public async Task One_on_another_machine_is_to_be_spoken_to_over_TLS(string redis, string found)
    {
        var result = await RunAsync($"{redis},connectTimeout=100,connectRetry=0");

        Assert.Equal(found, string.Join(", ", result.Codes()));
    }

    private static async Task<CheckResult> RunAsync(string redis)
    {
        var options = Options.Create(new RateLimitOptions { Shared = new() { Redis = redis } });
        var keys = new KeyRing(Options.Create(new SigningKeyOptions()), TimeProvider.System);
        await using var shared = new SharedBudgets(
            options, keys, TimeProvider.System, NullLogger<SharedBudgets>.Instance);
        return await Checking.RunAsync(new SharedBudgetCheck(shared, options));
    }
}
