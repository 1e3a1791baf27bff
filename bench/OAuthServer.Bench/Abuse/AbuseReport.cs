using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;

namespace OAuthServer.Bench.Abuse;

/// <summary>One attack: the honest callers' figures without it and beside it, and what the guesser got.</summary>
/// <param name="CpuPerGuess">What a guess takes of server and PostgreSQL, in milliseconds, measured when nobody else calls.</param>
/// <param name="Answers">Of every guess beside the honest callers, also of those before the counted run.</param>
internal sealed record AbuseOutcome(string Attack, int Addresses, Measurement Alone, Measurement Beside, double CpuPerGuess, [property: JsonIgnore] IReadOnlyList<Answer> Answers)
{
    private const int TooManyRequests = 429;

    public double TimesP99 => Beside.Latency.P99 / Alone.Latency.P99;

    /// <summary>Of an honest operation beside the attack, in milliseconds: without what the guesses take.</summary>
    public double OwnCpu => Beside.Cpu - (CpuPerGuess * Answers.Count / Answers.Max(answer => answer.At.TotalSeconds) / Beside.PerSecond);

    public double TimesCpu => OwnCpu / Alone.Cpu;

    /// <summary>How many guesses got each status.</summary>
    public IReadOnlyDictionary<int, int> Statuses => Answers.CountBy(answer => answer.Status).OrderBy(pair => pair.Key).ToDictionary();

    /// <summary>The share of 429, by the second.</summary>
    public IReadOnlyList<double> Refused =>
        [.. Answers.GroupBy(answer => (int)answer.At.TotalSeconds).OrderBy(second => second.Key).Select(second => second.Count(answer => answer.Status == TooManyRequests) / (double)second.Count())];

    /// <summary>Guesses that were answered otherwise than 429: each is one try at the secret.</summary>
    public int Tries => Answers.Count(answer => answer.Status != TooManyRequests);
}

/// <summary>All attacks of a run.</summary>
internal sealed record AbuseReport(MachineFacts Machine, string How, IReadOnlyList<AbuseOutcome> Outcomes)
{
    private static readonly string[] Headings =
    [
        "attack", "addresses", "p99 ms alone", "beside", "×", "ops/s alone", "beside", "CPU-ms/op alone", "beside, all", "CPU-ms/guess", "beside, own", "×", "honest errors",
        "guesses answered", "statuses", "not 429", "429 by the second, %",
    ];

    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Under abuse").AppendLine().AppendLine(Machine.Summary).AppendLine().AppendLine(How).AppendLine();
        page.AppendLine(Row(Headings)).AppendLine(Row(Headings.Select(_ => "---")));
        foreach (var outcome in Outcomes) page.AppendLine(Row(Cells(outcome)));
        foreach (var outcome in Outcomes.Where(outcome => outcome.Beside.FirstFault is not null))
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{outcome.Attack}: the first honest error was {outcome.Beside.FirstFault!.ReplaceLineEndings(" ")}");
        return page.ToString();
    }

    private static string[] Cells(AbuseOutcome outcome) =>
    [
        outcome.Attack, $"{outcome.Addresses}", Text(outcome.Alone.Latency.P99, "0.0"), Text(outcome.Beside.Latency.P99, "0.0"), Text(outcome.TimesP99, "0.00"),
        Text(outcome.Alone.PerSecond, "0"), Text(outcome.Beside.PerSecond, "0"), Text(outcome.Alone.Cpu, "0.000"), Text(outcome.Beside.Cpu, "0.000"), Text(outcome.CpuPerGuess, "0.00"), Text(outcome.OwnCpu, "0.000"), Text(outcome.TimesCpu, "0.00"),
        $"{outcome.Alone.Errors + outcome.Beside.Errors}", $"{outcome.Answers.Count}", string.Join(", ", outcome.Statuses.Select(status => $"{status.Key}: {status.Value}")), $"{outcome.Tries}",
        string.Join(' ', outcome.Refused.Select(share => Text(share * 100, "0"))),
    ];

    private static string Text(double value, string format) => Reports.Cells.Text(value, format);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
