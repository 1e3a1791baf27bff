using OAuthServer.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Whoever meets an error or a reason finds it in docs/errors.md: what happened, who mends it, and how.</summary>
public sealed class ReasonCodeTests
{
    private const int FewestReasons = 80;
    private const int FewestErrors = 15;

    [Fact]
    public void The_source_is_read_at_all()
    {
        Assert.True(ReasonCodes.InSource.Count >= FewestReasons, $"Only {ReasonCodes.InSource.Count} reasons were found: does the pattern still fit the source?");
        Assert.True(ReasonCodes.ErrorsInSource.Count >= FewestErrors, $"Only {ReasonCodes.ErrorsInSource.Count} errors were found: does the pattern still fit the source?");
        foreach (var reason in (string[])["code_expired", "address_budget", "form_expired", "account_guesses_exhausted", "method_not_allowed", "login_required"]) Assert.Contains(reason, ReasonCodes.InSource);
    }

    [Fact]
    public void Every_reason_has_one_entry_and_every_entry_a_reason() =>
        Assert.Equal(Sorted(ReasonCodes.InSource), Sorted(ReasonCodes.Documented.SelectMany(entries => entries.Select(_ => entries.Key))));

    [Fact]
    public void Every_public_error_has_one_section_and_every_section_an_error() =>
        Assert.Equal(Sorted(ReasonCodes.ErrorsInSource), Sorted(ReasonCodes.DocumentedErrors));

    [Fact]
    public void Every_reason_and_error_can_be_linked_to() =>
        Assert.All(ReasonCodes.InSource.Concat(ReasonCodes.ErrorsInSource), name => Assert.True(ReasonCodes.HasAnchor(name), name));

    [Fact]
    public void An_entry_says_what_happened_who_mends_it_and_how() =>
        Assert.All(ReasonCodes.Documented, entries => Assert.All(entries, entry => Assert.True(entry is { What.Length: > 0, Who.Length: > 0, How.Length: > 0 }, entries.Key)));

    private static string Sorted(IEnumerable<string> names) => string.Join('\n', names.Order(StringComparer.Ordinal));
}
