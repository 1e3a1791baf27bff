using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Hosting;
using OAuthServer.Keys;
using OAuthServer.RateLimits;
using OAuthServer.Settings;
using OAuthServer.Storage.Schema;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.UnitTests.Settings;

/// <summary>What holds when an operator says nothing.</summary>
public sealed class OptionDefaultTests
{
    [Fact]
    public void Of_tokens()
    {
        var options = new OAuthOptions();

        Assert.Equal(
            (Minutes(10), Minutes(15), TimeSpan.FromDays(7)),
            (options.AuthorizationCodeLifetime, options.AccessTokenLifetime, options.RefreshTokenLifetime));
        Assert.Equal(
            (TimeSpan.FromDays(90), Seconds(30)), (options.RefreshTokenFamilyLifetime, options.RefreshRetryWindow));
    }

    [Fact]
    public void Of_keys()
    {
        var options = new SigningKeyOptions();

        Assert.Equal(
            (Minutes(5), TimeSpan.FromHours(25), TimeSpan.FromDays(90)),
            (options.PollInterval, options.PublishBeforeSigning, options.RotateEvery));
        Assert.Equal((SigningKeySource.SecretsManager, 300), (options.Source, SigningKeyOptions.JwksMaxAgeSeconds));
    }

    [Fact]
    public void Of_the_sweeper_and_of_the_audit_log()
    {
        var (sweeper, audit) = (new SweeperOptions(), new AuditOptions());

        Assert.Equal((true, Minutes(1), 200), (sweeper.Enabled, sweeper.Interval, sweeper.BatchSize));
        Assert.Equal(
            (TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(50), TimeSpan.FromDays(1)),
            (sweeper.StatementTimeout, sweeper.Pause, sweeper.KeepRefreshTokens));
        Assert.Equal((Minutes(1), TimeSpan.FromDays(400)), (audit.SealInterval, audit.Retention));
    }

    [Fact]
    public void Of_clients_of_budgets_and_of_the_end()
    {
        var (limits, end) = (new RateLimitOptions(), new ShutdownOptions());

        Assert.Equal((Seconds(30), 12), (new ClientCacheOptions().CacheLifetime, new ClientSecretOptions().Cost));
        Assert.Equal(
            [
                (100, BudgetCount.Refused),
                (100, BudgetCount.Refused),
                (100, BudgetCount.Refused),
                (100, BudgetCount.All),
            ],
            new[] { limits.Authorize, limits.Token, limits.Revoke, limits.SignIn }
                .Select(budget => (budget.PermitLimit, budget.Count)));
        Assert.All(
            [limits.Authorize, limits.Token, limits.Revoke, limits.SignIn],
            budget => Assert.Equal(Minutes(15), budget.Window));
        Assert.Equal((Seconds(5), Seconds(25)), (end.DrainTime, end.Timeout));
    }

    [Fact]
    public void Of_a_migration()
    {
        var patience = new MigrationPatience();

        Assert.Equal(
            (Seconds(2), Seconds(1), TimeSpan.FromMilliseconds(200)),
            (patience.LockTimeout, patience.Pause, patience.TurnInterval));
        Assert.Equal(10, patience.Tries);
    }

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
