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

    private static async Task<CheckResult> RunAsync(string redis)
    {
        var options = Options.Create(new RateLimitOptions { Shared = new() { Redis = redis } });
        var keys = new KeyRing(Options.Create(new SigningKeyOptions()), TimeProvider.System);
        await using var shared = new SharedBudgets(options, keys, TimeProvider.System, NullLogger<SharedBudgets>.Instance);
        return await Checking.RunAsync(new SharedBudgetCheck(shared, options));
    }
}
