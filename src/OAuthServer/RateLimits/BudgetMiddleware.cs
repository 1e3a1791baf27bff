using OAuthServer.Audit;
using OAuthServer.Hosting;
using OAuthServer.Protocol;

namespace OAuthServer.RateLimits;

/// <summary>
/// Holds each address to the budget that the endpoint asks for: 429 with <c>Retry-After</c> and <c>RateLimit-*</c> once it
/// is used up (RFC 6585 §4). The framework's own rate-limiting middleware takes its permit before the endpoint has
/// answered, so it cannot count refusals alone (<see cref="BudgetCount.Refused"/>); hence this one.
/// </summary>
internal sealed partial class BudgetMiddleware(
    RequestDelegate next, Budgets budgets, IEnumerable<BudgetExhausted> listeners, RefusalLog refusals, ILogger<BudgetMiddleware> log)
{
    private static readonly OAuthError UsedUp = OAuthError.TooManyRequests(Reasons.AddressBudget);

    public Task InvokeAsync(HttpContext context)
    {
        var budget = context.GetEndpoint()?.Metadata.GetMetadata<BudgetMetadata>()?.Name;
        // A preflight is the browser's question, not the caller's request.
        if (budget is null || HttpMethods.IsOptions(context.Request.Method)) return next(context);

        var address = ClientAddress.Of(context);
        var counted = budgets.CountOf(budget);
        var (acquired, state) = budgets.Take(budget, address, counted == BudgetCount.All ? 1 : 0);
        if (!acquired) return RefuseAsync(context, budget, address, state);

        // Only when the answer starts is its status final, also after an exception became an answer.
        context.Response.OnStarting(async () =>
        {
            // Every request counted before its answer. To look again would use up the first refusal, which is reported.
            var left = counted == BudgetCount.All ? state : await CountAsync(context, budget, address);
            // A refusal for another budget, such as that of a client, tells of that one.
            if (!context.Response.Headers.TellBudget()) context.Response.Headers.Write(left);
        });
        return next(context);
    }

    private static bool IsRefusal(int status) => status is >= 400 and < 500 and not StatusCodes.Status429TooManyRequests;

    // An empty budget is not yet a request turned away; a permit that was no longer there is one.
    private async Task<BudgetState> CountAsync(HttpContext context, string budget, ClientAddress address)
    {
        var (_, state) = budgets.Take(budget, address, IsRefusal(context.Response.StatusCode) ? 1 : 0);
        await ReportAsync(context, budget, address, state);
        return state;
    }

    private async Task RefuseAsync(HttpContext context, string budget, ClientAddress address, BudgetState state)
    {
        await ReportAsync(context, budget, address, state);
        refusals.Note(context, UsedUp);
        context.Response.Headers.WriteUsedUp(state);
        await ErrorAnswer.WriteAsync(context, UsedUp.Status, UsedUp.Code);
    }

    private async Task ReportAsync(HttpContext context, string budget, ClientAddress address, BudgetState state)
    {
        if (!state.FirstRefusal) return;
        LogExhausted(budget, address, state.Limit, state.ResetSeconds);
        try
        {
            foreach (var listener in listeners) await listener(context, budget);
        }
        catch (Exception fault)
        {
            // Whoever wants to know of it must not change the answer.
            LogUntold(fault, budget);
        }
    }

    [LoggerMessage(7001, LogLevel.Warning,
        "Budget {Budget} of {Address} is used up: {Limit} requests. Further ones are answered 429 for {Seconds} s, without another log line")]
    private partial void LogExhausted(string budget, ClientAddress address, int limit, long seconds);

    [LoggerMessage(7005, LogLevel.Error, "That budget {Budget} is used up could not be recorded")]
    private partial void LogUntold(Exception fault, string budget);
}
