using System.Diagnostics.Metrics;
using OAuthServer.RateLimits;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// How full the tables of budgets are, whether they are counted with other instances, and how many checks of secrets
/// wait.
/// </summary>
internal sealed class BudgetGauges(
    AddressBudgets addresses, SecretGuesses secrets, PasswordGuesses passwords, SharedBudgets shared, HashWork work)
    : IGauges
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "oauth.server.budget.keys", Keys, "{key}",
            "Addresses, clients or accounts that a budget counts for, by budget; full at 50,000.");
        meter.CreateObservableGauge(
            "oauth.server.hash_work.waiting", () => work.Waiting, "{check}",
            "Passwords and secrets that wait for a turn to be hashed.");
        meter.CreateObservableGauge(
            "oauth.server.budget.shared", Shared, "{instance}",
            "1 while this instance counts its budgets together with others, 0 while Redis does not answer.");
        meter.CreateObservableCounter(
            "oauth.server.budget.alone", () => shared.CountedAlone, "{permit}",
            "Permits that were to be counted together and were counted by this instance alone.");
    }

    // Nothing where every instance counts for itself.
    private IEnumerable<Measurement<int>> Shared() => shared.IsOn ? [new(shared.IsTogether ? 1 : 0)] : [];

    private IEnumerable<Measurement<int>> Keys() => addresses.Sizes.Concat(secrets.Sizes).Concat(passwords.Sizes)
        .Select(table => new Measurement<int>(table.Value, GaugeTags.Of("oauth.budget", table.Key)));
}
