using Microsoft.Extensions.Options;

namespace OAuthServer.RateLimits;

/// <summary>
/// How many wrong secrets a client withstands, from all addresses together (RFC 6749 §2.3.1). Clients that do not
/// exist share one budget, which no existing client ever touches; who is refused there learns that the client is
/// unknown, and could have learned it from the authorization endpoint.
/// </summary>
/// <remarks>
/// A stranger can use the budget of a client up and must not lock the client out by that. A secret that this process
/// has seen to be right is not asked about the budget. Any other is judged, once the budget is gone, only when the
/// request brings a live code or refresh token of this client: without one it would be refused whatever the secret.
/// A user of an app can see a code of its own and guess with that, hence the few guesses per client and user.
/// </remarks>
internal sealed class SecretGuesses(
    IOptions<RateLimitOptions> options, TimeProvider clock, SharedBudgets? shared = null) : IDisposable
{
    private const string Unknown = "";
    private const int PerHolder = 3;

    private readonly BudgetTable _clients =
        new BudgetTable(options.Value.ClientSecrets.PermitLimit, options.Value.ClientSecrets.Window, clock)
            .With(shared, "client_secrets");

    private readonly BudgetTable _holders =
        new BudgetTable(PerHolder, options.Value.ClientSecrets.Window, clock).With(shared, "client_secret_holders");

    /// <summary>How many keys each of the tables counts for.</summary>
    public IEnumerable<KeyValuePair<string, int>> Sizes =>
    [
        KeyValuePair.Create("client_secrets", _clients.Count),
        KeyValuePair.Create("client_secret_holders", _holders.Count),
    ];

    /// <summary>The budget when it is used up, else null.</summary>
    /// <param name="clientId">The client; null for all that do not exist.</param>
    /// <param name="holder">Whose live code or refresh token the request brings; null for none.</param>
    public BudgetState? UsedUp(string? clientId, Guid? holder)
    {
        var budget = Table(holder).Look(Key(clientId, holder));
        return budget.IsAcquired ? null : budget.State;
    }

    /// <summary>Counts a wrong guess. The budget when this was its last one, else null.</summary>
    public async ValueTask<BudgetState?> CountAsync(string? clientId, Guid? holder)
    {
        var guess = await Table(holder).TakeAsync(Key(clientId, holder));
        return guess is { IsAcquired: true, State.Remaining: 0 } ? guess.State : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clients.Dispose();
        _holders.Dispose();
    }

    private static string Key(string? clientId, Guid? holder) =>
        holder is null ? clientId ?? Unknown : $"{holder} {clientId}";

    private BudgetTable Table(Guid? holder) => holder is null ? _clients : _holders;
}
