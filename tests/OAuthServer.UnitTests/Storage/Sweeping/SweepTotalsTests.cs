using OAuthServer.Storage.Sweeping;

namespace OAuthServer.UnitTests.Storage.Sweeping;

public sealed class SweepTotalsTests
{
    private readonly SweepTotals _totals = new();

    [Fact]
    public void What_left_adds_up_and_what_waits_is_less_by_it()
    {
        _totals.Removed("a", 3);
        _totals.Counted("b", 10);
        Assert.Equal([("a", new SweepTotal(3, 0)), ("b", new SweepTotal(0, 10))], Sorted());

        _totals.Counted("a", 5);
        _totals.Removed("a", 4);
        _totals.Removed("b", 11);

        Assert.Equal([("a", new SweepTotal(7, 1)), ("b", new SweepTotal(11, 0))], Sorted());
    }

    private IEnumerable<(string Table, SweepTotal Total)> Sorted() =>
        _totals.Tables.OrderBy(table => table.Key, StringComparer.Ordinal).Select(table => (table.Key, table.Value));
}
