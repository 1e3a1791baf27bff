using System.Net;
using Microsoft.AspNetCore.Http;
using OAuthServer.RateLimits;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.RateLimits;

public sealed class UsedUpBudgetsTests
{
    private readonly FailingDatabase _database = new();
    private readonly RecordedLog<UsedUpBudgets> _log = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task That_it_cannot_be_recorded_is_logged_and_changes_no_answer(bool isOutage)
    {
        if (!isOutage) _database.Failure = new InvalidOperationException("a bug");
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("192.0.2.7") } };
        var state = new BudgetState(100, 0, TimeSpan.FromSeconds(30.5));

        await new UsedUpBudgets(new AuditEvents(_database), _log).RecordAsync(http, Budget.Token, state);

        Assert.Equal(
            [
                "7001 Warning: Budget token of 192.0.2.7 is used up: 100 requests. Further ones are answered 429 for "
                    + "31 s, without another log line",
                "7005 Error: That budget token is used up could not be recorded",
            ],
            _log.Lines);
        Assert.Equal(1, _database.Asked);
    }
}
