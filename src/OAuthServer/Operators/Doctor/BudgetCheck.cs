using System.Globalization;
using Microsoft.Extensions.Options;
using OAuthServer.RateLimits;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether budgets stop a guesser and let people through.</summary>
internal sealed class BudgetCheck(IOptions<RateLimitOptions> options) : IDoctorCheck
{
    // More than one address does by honest use, or than a secret should withstand.
    private const double MostPerSecond = 20;
    private const double MostGuessesPerDay = 50_000;

    // A person opens a few pages for one sign-in, and reloads some.
    private const int FewestForPeople = 10;

    // One API with the bearer library as it comes.
    private const double FewestPerSecondOfAnApi = 0.2;

    /// <inheritdoc/>
    public string Name => "rate limits";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var limits = options.Value;
        var report = new CheckReport();
        JudgePages(report, "Authorize", limits.Authorize);
        JudgeCalls(report, "Token", limits.Token);
        JudgeCalls(report, "Revoke", limits.Revoke);
        JudgeReaders(report, "Revocations", limits.Revocations);
        JudgePages(report, "SignIn", limits.SignIn);
        JudgeGuesses(report, "ClientSecrets", limits.ClientSecrets);
        JudgeGuesses(report, "Passwords", limits.Passwords);
        return Task.FromResult(report.Result());
    }

    private static void JudgePages(CheckReport report, string name, BudgetOptions budget)
    {
        Judge(report, name, budget);
        if (budget.Count != BudgetCount.All || budget.PermitLimit >= FewestForPeople) return;
        report.Warning(
            FindingIds.BudgetTooTight,
            $"RateLimiting:{name} allows {budget.PermitLimit} per {budget.Window}: people who reload a page, or share "
            + "an address, get 429.",
            $"Raise RateLimiting:{name}:PermitLimit to {FewestForPeople} at least.");
    }

    private static void JudgeCalls(CheckReport report, string name, BudgetOptions budget)
    {
        Judge(report, name, budget);
        if (budget.Count != BudgetCount.All) return;
        report.Note(
            FindingIds.BudgetCountsAll,
            $"RateLimiting:{name} counts requests that succeed: an app's server, or an office behind one address, "
            + $"uses up {budget.PermitLimit} quickly.",
            $"Set RateLimiting:{name}:Count to Refused unless you mean it.");
    }

    private static void JudgeReaders(CheckReport report, string name, BudgetOptions budget)
    {
        Judge(report, name, budget);
        var fewest = FewestPerSecondOfAnApi * budget.Window.TotalSeconds;
        if (budget.Count != BudgetCount.All || budget.PermitLimit >= fewest) return;
        report.Warning(
            FindingIds.BudgetTooTight,
            $"RateLimiting:{name} allows {budget.PermitLimit} per {budget.Window}: an API that asks every 5 seconds "
            + "gets 429, and learns late what was revoked.",
            $"Raise RateLimiting:{name}:PermitLimit; 1000 per 00:15:00 is the default.");
    }

    private static void Judge(CheckReport report, string name, BudgetOptions budget)
    {
        var size = $"{budget.PermitLimit} per {budget.Window}";
        report.Fact($"budget of {name}", $"{size} and address, counting {budget.Count}");
        if (budget.PermitLimit / budget.Window.TotalSeconds <= MostPerSecond) return;
        report.Warning(
            FindingIds.BudgetTooWide,
            $"RateLimiting:{name} allows {size}: it stops nobody.",
            $"Lower RateLimiting:{name}:PermitLimit; 100 per 00:15:00 is the default.");
    }

    private static void JudgeGuesses(CheckReport report, string name, GuessLimit guesses)
    {
        var perDay = guesses.PermitLimit * (TimeSpan.FromDays(1) / guesses.Window);
        if (perDay <= MostGuessesPerDay) return;
        var many = perDay.ToString("#,0", CultureInfo.InvariantCulture);
        report.Warning(
            FindingIds.BudgetTooWide,
            $"RateLimiting:{name} allows {many} wrong guesses a day at one secret.",
            $"Lower RateLimiting:{name}:PermitLimit or lengthen its Window; 50 per 00:15:00 is the default.");
    }
}
