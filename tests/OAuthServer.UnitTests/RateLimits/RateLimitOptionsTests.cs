using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

public class RateLimitOptionsTests
{
    [Fact]
    public void The_defaults_are_a_hundred_per_quarter_of_an_hour_and_a_thousand_for_readers_of_the_list()
    {
        var options = new RateLimitOptions();

        Assert.True(new RateLimitOptionsValidator().Validate(null, options).Succeeded);
        var budgets = Enum.GetValues<Budget>().Select(options.Of).ToList();
        Assert.All(budgets, budget => Assert.Equal(TimeSpan.FromMinutes(15), budget.Window));
        Assert.Equal([100, 100, 100, 1000, 100, 30, 100], budgets.Select(budget => budget.PermitLimit));
        Assert.Equal(
            [
                BudgetCount.Refused,
                BudgetCount.Refused,
                BudgetCount.Refused,
                BudgetCount.All,
                BudgetCount.All,
                BudgetCount.All,
                BudgetCount.Refused,
            ],
            budgets.Select(budget => budget.Count));
        Assert.All(
            new[] { options.ClientSecrets, options.Passwords },
            limit => Assert.Equal((50, TimeSpan.FromMinutes(15)), (limit.PermitLimit, limit.Window)));
    }

    [Fact]
    public void Each_budget_has_its_own_settings_and_name()
    {
        var options = new RateLimitOptions();

        BudgetOptions[] groups =
        [
            options.Authorize,
            options.Token,
            options.Revoke,
            options.Revocations,
            options.SignIn,
            options.Mail,
            options.Admin,
        ];
        Assert.Equal(groups, Enum.GetValues<Budget>().Select(options.Of));
        var names = Enum.GetValues<Budget>().Select(budget => budget.Name());
        Assert.Equal(["authorize", "token", "revoke", "revocations", "sign-in", "mail", "admin"], names);
    }
}
