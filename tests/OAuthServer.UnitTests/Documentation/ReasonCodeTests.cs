using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Whoever meets an error or a reason finds it in docs/errors.md: what happened, who acts, and how.</summary>
public sealed class ReasonCodeTests
{
    private const int FewestReasons = 80;
    private const int FewestErrors = 15;

    [Fact]
    public void The_source_is_read_at_all()
    {
        var (reasons, errors) = (ReasonCodes.InSource, ReasonCodes.ErrorsInSource);
        Assert.True(reasons.Count >= FewestReasons, $"Only {reasons.Count} reasons were found in the source.");
        Assert.True(errors.Count >= FewestErrors, $"Only {errors.Count} errors were found in the source.");
        Assert.All(["code_expired", "address_budget", "form_expired"], reason => Assert.Contains(reason, reasons));
        Assert.All(
            ["account_guesses_exhausted", "method_not_allowed", "login_required"],
            reason => Assert.Contains(reason, reasons));
    }

    [Fact]
    public void Every_reason_has_one_entry_and_every_entry_a_reason() =>
        Assert.Equal(
            Sorted(ReasonCodes.InSource),
            Sorted(ReasonCodes.Documented.SelectMany(entries => entries.Select(_ => entries.Key))));

    [Fact]
    public void Every_reason_is_used() =>
        Assert.Equal(Sorted(ReasonCodes.ByConstant.Keys), Sorted(ReasonCodes.Used));

    [Fact]
    public void Every_public_error_has_one_section_and_every_section_an_error() =>
        Assert.Equal(Sorted(ReasonCodes.ErrorsInSource), Sorted(ReasonCodes.DocumentedErrors));

    [Fact]
    public void Every_reason_and_error_can_be_linked_to() =>
        Assert.All(
            ReasonCodes.InSource.Concat(ReasonCodes.ErrorsInSource),
            name => Assert.True(ReasonCodes.HasAnchor(name), name));

    [Fact]
    public void An_entry_says_what_happened_who_can_act_and_how()
    {
        foreach (var entries in ReasonCodes.Documented)
        {
            foreach (var (what, who, how) in entries)
                Assert.True(what.Length > 0 && who.Length > 0 && how.Length > 0, entries.Key);
        }
    }

    private static string Sorted(IEnumerable<string> names) => string.Join('\n', names.Order(StringComparer.Ordinal));
}
