using System.Collections.Frozen;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace OAuthServer.RateLimits;

/// <summary>
/// The limiter in front of the endpoints: holds each address to the budget of the endpoint that it asks (RFC 6585
/// §4). A budget that counts refusals alone is only asked for a permit before the endpoint; the answer takes one if
/// it refuses. Revocation is never turned away here: neighbours behind one address would keep each other's stolen
/// tokens alive. Its endpoint asks <see cref="UsedUp"/> before it refuses.
/// </summary>
internal sealed class AddressBudgets : PartitionedRateLimiter<HttpContext>
{
    private static readonly BudgetLease Unlimited = new(true, default);

    // What the framework then asks for in the way that may wait.
    private static readonly BudgetLease AskOthers = new(false, default);

    private readonly FrozenDictionary<Budget, Partitions> _budgets;
    private readonly UsedUpBudgets _usedUp;

    public AddressBudgets(
        IOptions<RateLimitOptions> options, TimeProvider clock, UsedUpBudgets usedUp, SharedBudgets? shared = null)
    {
        _usedUp = usedUp;
        _budgets = Enum.GetValues<Budget>().ToFrozenDictionary(budget => budget, budget =>
        {
            var of = options.Value.Of(budget);
            var windows = new BudgetTable(of.PermitLimit, of.Window, clock).With(shared, budget.Name());
            return new Partitions(budget, of.Count, windows);
        });
    }

    /// <summary>How many addresses each budget counts for.</summary>
    public IEnumerable<KeyValuePair<string, int>> Sizes =>
        _budgets.Values.Select(budget => KeyValuePair.Create(budget.Name.Name(), budget.Windows.Count));

    /// <summary>
    /// Whether the address of a request that went through all the same has used its budget up, so that a refusal is a
    /// 429.
    /// </summary>
    public static BudgetState? UsedUp(HttpContext http) => http.Features.Get<UsedUpMark>()?.State;

    /// <summary>Puts a request that was turned away on record, if it is the first one in its window.</summary>
    public Task RecordAsync(HttpContext http, BudgetState state) =>
        BudgetOf(http) is { } budget ? RecordAsync(http, budget, state) : Task.CompletedTask;

    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics(HttpContext resource) =>
        BudgetOf(resource)?.Windows.GetStatistics(AddressOf(resource));

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount)
    {
        if (BudgetOf(resource) is not { } budget) return Unlimited;
        if (budget.TakesOfOthers) return AskOthers;
        return Admit(resource, budget, (BudgetLease)budget.Windows.AttemptAcquire(
            AddressOf(resource), budget.Count == BudgetCount.All ? permitCount : 0));
    }

    /// <summary>
    /// The same as <see cref="AttemptAcquireCore"/>, for nobody ever waits in a queue; but where instances count
    /// together, an answer of theirs is waited for.
    /// </summary>
    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        BudgetOf(resource) is { TakesOfOthers: true } budget
            ? Admit(resource, budget, await budget.Windows.TakeAsync(AddressOf(resource)))
            : AttemptAcquireCore(resource, permitCount);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) foreach (var budget in _budgets.Values) budget.Windows.Dispose();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        return base.DisposeAsyncCore();
    }

    private static string AddressOf(HttpContext http) => ClientAddress.Of(http).Text;

    private BudgetLease Admit(HttpContext resource, Partitions budget, BudgetLease lease)
    {
        // Only when the answer starts is its status final, also after an exception became an answer.
        if (!lease.IsAcquired && budget.Name == Budget.Revoke)
        {
            resource.Features.Set(new UsedUpMark(lease.State));
            lease = new BudgetLease(true, lease.State);
        }

        if (lease.IsAcquired) resource.Response.OnStarting(() => SettleAsync(resource, budget, lease.State));
        return lease;
    }

    // A preflight is the browser's question, not the caller's request.
    private Partitions? BudgetOf(HttpContext http)
    {
        if (HttpMethods.IsOptions(http.Request.Method)) return null;
        return http.GetEndpoint()?.Metadata.GetMetadata<BudgetMetadata>() is { } asked ? _budgets[asked.Budget] : null;
    }

    private async Task SettleAsync(HttpContext http, Partitions budget, BudgetState before)
    {
        var state = budget.Count == BudgetCount.All ? before : await ChargeAsync(http, budget);
        // A refusal for another budget, such as that of a client, tells of that one.
        if (!http.Response.Headers.TellBudget()) http.Response.Headers.Write(state);
    }

    // An empty budget is not yet a request turned away; a permit that was no longer there is one.
    private async Task<BudgetState> ChargeAsync(HttpContext http, Partitions budget)
    {
        if (!RefusedAnswer.Is(http)) return budget.Windows.Look(AddressOf(http)).State;
        var lease = await budget.Windows.TakeAsync(AddressOf(http));
        if (!lease.IsAcquired) await RecordAsync(http, budget, lease.State);
        return lease.State;
    }

    private Task RecordAsync(HttpContext http, Partitions budget, BudgetState state) =>
        budget.Windows.TryReport(AddressOf(http)) ? _usedUp.RecordAsync(http, budget.Name, state) : Task.CompletedTask;

    private sealed record UsedUpMark(BudgetState State);

    private sealed record Partitions(Budget Name, BudgetCount Count, BudgetTable Windows)
    {
        /// <summary>Whether letting a request through takes a permit that other instances take too.</summary>
        public bool TakesOfOthers => Count == BudgetCount.All && Windows.IsShared;
    }
}
