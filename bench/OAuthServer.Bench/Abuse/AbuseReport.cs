using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;

namespace OAuthServer.Bench.Abuse;

/// <summary>What honest callers got beside an attack, and what the guesser got meanwhile.</summary>
internal sealed record Beside(Measurement Honest, [property: JsonIgnore] IReadOnlyList<Answer> Answers)
{
    /// <summary>How many guesses got each status.</summary>
    public IReadOnlyDictionary<int, int> Statuses =>
        Answers.CountBy(answer => answer.Status).OrderBy(pair => pair.Key).ToDictionary();

    /// <summary>The smallest share of guesses that were turned away unseen in any second.</summary>
    public double LeastRefused =>
        Answers.GroupBy(answer => (int)answer.At.TotalSeconds)
            .Min(second => second.Count(answer => !answer.IsTry) / (double)second.Count());
}

/// <summary>
/// One attack: the honest callers' figures without it, beside it when it begins, and when its budget is used up.
/// </summary>
internal sealed record AbuseOutcome(string Attack, int Addresses, Measurement Alone, Beside First, Beside Later)
{
    public double TimesP99(Beside beside) => beside.Honest.Latency.P99 / Alone.Latency.P99;

    /// <summary>Of an honest operation, with all that the guesses take in it.</summary>
    public double TimesCpu(Beside beside) => beside.Honest.Cpu / Alone.Cpu;

    public long Errors => Alone.Errors + First.Honest.Errors + Later.Honest.Errors;
}

/// <summary>All attacks of a run.</summary>
internal sealed record AbuseReport(MachineFacts Machine, string How, IReadOnlyList<AbuseOutcome> Outcomes)
{
    private static readonly string[] Headings =
    [
        "attack", "addresses", "ops/s alone", "at first", "later", "p99 ms alone", "at first", "×", "later", "×",
        "CPU-ms/op alone", "at first", "×", "later", "×", "honest errors",
        "guesses at first", "later", "429 in the worst second, %",
    ];

    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Under abuse")
            .AppendLine()
            .AppendLine(Machine.Summary)
            .AppendLine()
            .AppendLine(How)
            .AppendLine();
        page.AppendLine(Row(Headings)).AppendLine(Row(Headings.Select(_ => "---")));
        foreach (var outcome in Outcomes) page.AppendLine(Row(Cells(outcome)));
        foreach (var outcome in Outcomes)
        {
            foreach (var fault in new[] { outcome.Alone, outcome.First.Honest, outcome.Later.Honest }
                .Select(honest => honest.FirstFault)
                .OfType<string>()
                .Take(1))
            {
                page.AppendLine().AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{outcome.Attack}: the first honest error was {fault.ReplaceLineEndings(" ")}");
            }
        }

        return page.ToString();
    }

    private static string[] Cells(AbuseOutcome outcome) =>
    [
        outcome.Attack, $"{outcome.Addresses}", Text(outcome.Alone.PerSecond, "0"),
        Text(outcome.First.Honest.PerSecond, "0"), Text(outcome.Later.Honest.PerSecond, "0"),
        Text(outcome.Alone.Latency.P99, "0.0"), Text(outcome.First.Honest.Latency.P99, "0.0"),
        Text(outcome.TimesP99(outcome.First), "0.00"), Text(outcome.Later.Honest.Latency.P99, "0.0"),
        Text(outcome.TimesP99(outcome.Later), "0.00"),
        Text(outcome.Alone.Cpu, "0.000"), Text(outcome.First.Honest.Cpu, "0.000"),
        Text(outcome.TimesCpu(outcome.First), "0.00"), Text(outcome.Later.Honest.Cpu, "0.000"),
        Text(outcome.TimesCpu(outcome.Later), "0.00"),
        $"{outcome.Errors}", StatusesOf(outcome.First), StatusesOf(outcome.Later),
        $"{Text(outcome.First.LeastRefused * 100, "0")}, {Text(outcome.Later.LeastRefused * 100, "0")}",
    ];

    private static string StatusesOf(Beside beside) =>
        string.Join(", ", beside.Statuses.Select(status => $"{status.Key}: {status.Value}"));

    private static string Text(double value, string format) => Reports.Cells.Text(value, format);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
