using System.Diagnostics.Metrics;
using OAuthServer.RateLimits;

namespace OAuthServer.Hosting.Observability;

/// <summary>How full the tables of budgets are, and how many checks of secrets wait.</summary>
internal sealed class BudgetGauges(
    AddressBudgets addresses, SecretGuesses secrets, PasswordGuesses passwords, HashWork work) : IGauges
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "oauth.server.budget.keys", Keys, "{key}",
            "Addresses, clients or accounts that a budget counts for, by budget; full at 50,000.");
        meter.CreateObservableGauge(
            "oauth.server.hash_work.waiting", () => work.Waiting, "{check}",
            "Passwords and secrets that wait for a turn to be hashed.");
    }

    private IEnumerable<Measurement<int>> Keys() => addresses.Sizes.Concat(secrets.Sizes).Concat(passwords.Sizes)
        .Select(table => new Measurement<int>(table.Value, GaugeTags.Of("oauth.budget", table.Key)));
}
