using OAuthServer.Operators.Doctor;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

public class RateLimitOptionsTests
{
    [Fact]
    public void The_defaults_are_a_hundred_per_quarter_of_an_hour()
    {
        var options = new RateLimitOptions();

        Assert.True(new RateLimitOptionsValidator().Validate(null, options).Succeeded);
        Assert.All(options.ByName().Values, budget => Assert.Equal((100, TimeSpan.FromMinutes(15)), (budget.PermitLimit, budget.Window)));
        Assert.Equal([BudgetCount.All, BudgetCount.Refused, BudgetCount.Refused, BudgetCount.All],
            new[] { options.Authorize, options.Token, options.Revoke, options.SignIn }.Select(budget => budget.Count));
        Assert.All(new[] { options.ClientSecrets, options.Passwords }, limit => Assert.Equal((50, TimeSpan.FromMinutes(15)), (limit.PermitLimit, limit.Window)));
        Assert.All(options.ByName().Keys, name => Assert.True(BudgetNames.Exists(name)));
    }
}
