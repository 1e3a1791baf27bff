using System.Diagnostics.Metrics;
using OAuthServer.Storage.Sweeping;

namespace OAuthServer.Hosting.Observability;

/// <summary>What the sweeper has removed and still has to.</summary>
internal sealed class SweepGauges(SweepTotals totals) : IGauges
{
    public void AddTo(Meter meter)
    {
        meter.CreateObservableGauge(
            "oauth.server.sweep.waiting",
            () => totals.Tables.Select(table => new Measurement<int>(table.Value.Waiting, Tag(table.Key))), "{row}",
            "Rows that may leave, by table: counted to 100,000 when a run begins, less what has left since.");
        meter.CreateObservableCounter(
            "oauth.server.sweep.removed",
            () => totals.Tables.Select(table => new Measurement<long>(table.Value.Removed, Tag(table.Key))), "{row}",
            "Rows that this instance has removed, by table.");
    }

    private static KeyValuePair<string, object?> Tag(string table) => GaugeTags.Of("oauth.table", table);
}
