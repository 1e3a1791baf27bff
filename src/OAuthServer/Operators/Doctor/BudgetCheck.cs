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

    /// <inheritdoc/>
    public string Name => "rate limits";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Configuration;

    /// <inheritdoc/>
    public Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var limits = options.Value;
        var notes = new Notes();
        foreach (var (name, budget) in new[] { ("Authorize", limits.Authorize), ("Token", limits.Token), ("Revoke", limits.Revoke), ("SignIn", limits.SignIn) }) Judge(notes, name, budget);
        foreach (var (name, guesses) in new[] { ("ClientSecrets", limits.ClientSecrets), ("Passwords", limits.Passwords) })
        {
            var perDay = guesses.PermitLimit * (TimeSpan.FromDays(1) / guesses.Window);
            notes.FoundIf(perDay > MostGuessesPerDay, FindingIds.BudgetTooWide, Severity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"RateLimiting:{name} allows {perDay:#,0} wrong guesses a day at one secret."), $"Lower RateLimiting:{name}:PermitLimit or lengthen its Window; 50 per 00:15:00 is the default.");
        }

        return notes.DoneAsync();
    }

    private static void Judge(Notes notes, string name, BudgetOptions budget)
    {
        notes.Fact($"budget of {name}", string.Create(CultureInfo.InvariantCulture, $"{budget.PermitLimit} per {budget.Window} and address, counting {budget.Count}"));
        notes.FoundIf(budget.PermitLimit / budget.Window.TotalSeconds > MostPerSecond, FindingIds.BudgetTooWide, Severity.Warning,
            string.Create(CultureInfo.InvariantCulture, $"RateLimiting:{name} allows {budget.PermitLimit} per {budget.Window}: it stops nobody."), $"Lower RateLimiting:{name}:PermitLimit; 100 per 00:15:00 is the default.");
        if (budget.Count != BudgetCount.All) return;
        notes.FoundIf(name is "Authorize" or "SignIn" && budget.PermitLimit < FewestForPeople, FindingIds.BudgetTooTight, Severity.Warning,
            $"RateLimiting:{name} allows {budget.PermitLimit} per {budget.Window}: people who reload a page, or share an address, get 429.", $"Raise RateLimiting:{name}:PermitLimit to {FewestForPeople} at least.");
        notes.FoundIf(name is "Token" or "Revoke", FindingIds.BudgetCountsAll, Severity.Note,
            $"RateLimiting:{name} counts requests that succeed: an app's server, or an office behind one address, uses up {budget.PermitLimit} quickly.", $"Set RateLimiting:{name}:Count to Refused unless you mean it.");
    }
}
