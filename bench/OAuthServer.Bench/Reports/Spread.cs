namespace OAuthServer.Bench.Reports;

/// <summary>One figure over the repetitions.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return new Spread(
            sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>Null when one of the values is missing.</summary>
    public static Spread? OfKnown(IEnumerable<double?> values)
    {
        double?[] all = [.. values];
        return all.Any(value => value is null) ? null : Of(all.Select(value => value!.Value));
    }
}
