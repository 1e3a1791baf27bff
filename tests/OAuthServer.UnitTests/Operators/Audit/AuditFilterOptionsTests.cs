using System.CommandLine;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Operators.Audit;

namespace OAuthServer.UnitTests.Operators.Audit;

/// <summary>What the options of <c>audit tail</c> and <c>audit search</c> become.</summary>
public sealed class AuditFilterOptionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("2147483648", null)]
    [InlineData("x", null)]
    [InlineData("1 ", null)]
    public void A_count_is_a_number_from_1_on(string text, int? expected)
    {
        var count = AuditFilterOptions.Count("--lines", "", 20);
        var parsed = new Command("tail") { count }.Parse(["--lines", text]);

        Assert.Equal(expected is null, parsed.Errors.Count > 0);
        if (expected is not null) Assert.Equal(expected, parsed.GetValue(count));
        else Assert.Contains(parsed.Errors, error => error.Message == "--lines must be a number from 1 on.");
    }

    [Fact]
    public void Without_it_the_usual_count_holds()
    {
        var count = AuditFilterOptions.Count("--lines", "", 20);

        Assert.Equal(20, new Command("tail") { count }.Parse([]).GetValue(count));
    }

    [Fact]
    public void Each_option_is_one_condition()
    {
        var command = new Command("search");
        var options = new AuditFilterOptions(new FakeTimeProvider(Now));
        options.AddTo(command);
        string[] given =
        [
            "--since", "2h", "--until", "2026-06-01T11:30:00Z", "--event", "e", "--reason", "r", "--client", "c",
            "--user", "a11ce000-0000-4000-8000-000000000001", "--address", "192.0.2.1", "--correlation-id", "i",
        ];

        var filter = options.Read(command.Parse(given));

        Assert.Equal((Now.AddHours(-2), Now.AddMinutes(-30)), (filter.Since, filter.Until));
        Assert.Equal(
            ("e", "r", "c", "192.0.2.1", "i"),
            (filter.Event, filter.Reason, filter.ClientId, filter.Address, filter.CorrelationId));
        Assert.Equal(Guid.Parse("a11ce000-0000-4000-8000-000000000001"), filter.UserId);
    }
}
