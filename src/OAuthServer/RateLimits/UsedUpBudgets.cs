using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.RateLimits;

/// <summary>
/// Puts on record that an address has used up a budget: a line in the log and a row in the audit log.
/// </summary>
internal sealed partial class UsedUpBudgets(AuditEvents audit, ILogger<UsedUpBudgets> logger)
{
    /// <summary>Called for the first refusal in a window.</summary>
    public async Task RecordAsync(HttpContext http, Budget budget, BudgetState state)
    {
        LogUsedUp(budget.Name(), ClientAddress.Of(http), state.Limit, state.ResetSeconds);
        try
        {
            var row = new AuditEvent(AuditEventNames.BudgetUsedUp, Reasons.AddressBudget, http.Audit());
            await audit.RecordAsync(row, CancellationToken.None);
        }
        catch (Exception fault)
        {
            // The answer stays the same when it cannot be recorded.
            LogNotRecorded(fault, budget.Name());
        }
    }

    [LoggerMessage(7001, LogLevel.Warning,
        "Budget {Budget} of {Address} is used up: {Limit} requests. Further ones are answered 429 for {Seconds} s, "
        + "without another log line")]
    private partial void LogUsedUp(string budget, ClientAddress address, int limit, long seconds);

    [LoggerMessage(7005, LogLevel.Error, "That budget {Budget} is used up could not be recorded")]
    private partial void LogNotRecorded(Exception fault, string budget);
}
