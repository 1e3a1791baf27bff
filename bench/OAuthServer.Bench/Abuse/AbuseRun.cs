using System.Diagnostics;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Abuse;

/// <summary>
/// One run: for each attack the honest callers alone, beside it when it begins, and beside it when its budget is used
/// up.
/// </summary>
internal sealed class AbuseRun(AbuseOptions options, TestBed bed, MeasuredServer server)
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    // Fifty guesses, judged one after the other with a rest behind each, take less; so do a hundred requests of one
    // address.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Nothing was judged for this long: the budget is used up. The longest that a judged guess waits is shorter.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);

    // A guesser that is not stopped, for whatever reason, ends by itself.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private static readonly Workload Refresh = Workload.All.First(workload => workload.Name == "refresh");

    private const string Targets = """
        INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes)
        SELECT 'target-' || n, client_secret, name, redirect_uris, allowed_scopes
            FROM oauth_clients, generate_series(1, 2) n WHERE client_id = $1;
        """;

    private const string TargetAccounts = """
        INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
            password_hash, security_stamp)
        SELECT gen_random_uuid(), name, upper(name), name, upper(name), true, password_hash, 'stamp'
        FROM accounts, generate_series(1, 2) n, concat('target-', n, '@example.com') name WHERE email = $1
        """;

    /// <summary>The exit code: 1 when an honest caller was turned away.</summary>
    public static async Task<int> RunAsync(AbuseOptions options, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(null, ct);

        // The callers' own sign-ins, before each run, are no part of this.
        await using var server = await new OurServer(OurServer.ServerName, ["Authorize"], starts: 1)
            .StartAsync(bed, [], ct);
        await server.Database!.ExecuteAsync(Targets, ct, BenchClient.Id);
        await server.Database!.ExecuteAsync(TargetAccounts, ct, OurSeed.Email);
        var report = await new AbuseRun(options, bed, server).MeasureAsync(ct);
        Console.WriteLine(report.ToMarkdown());
        Console.WriteLine(
            await ReportFiles.WriteAsync(
                Checkout.Results, "abuse", report.Machine.Date, report, report.ToMarkdown(), ct));
        return report.Outcomes.Any(outcome => outcome.Errors > 0) ? 1 : 0;
    }

    private async Task<AbuseReport> MeasureAsync(CancellationToken ct)
    {
        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await server.Database!.VersionAsync(ct), Checkout.Root);
        Console.WriteLine("Warming up");
        await HonestAsync(options.Warmup, ct);
        var outcomes = new List<AbuseOutcome>();
        foreach (var attack in options.Attacks)
        {
            Console.WriteLine($"Measuring: {attack.Name}");
            outcomes.Add(await SufferAsync(attack, ct));
        }

        return new AbuseReport(machine, options.ToString(), outcomes);
    }

    private async Task<AbuseOutcome> SufferAsync(Attack attack, CancellationToken ct)
    {
        var alone = await HonestAsync(options.Seconds, ct);
        var guesser = new Guesser(server, attack, options.PerSecond);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var guessing = guesser.RunAsync((2 * (Settle + options.Seconds)) + Patience + Slack, stop.Token);
        try
        {
            var first = await BesideAsync(guesser, ct);
            await UsedUpAsync(guesser, ct);
            return new AbuseOutcome(attack.Name, attack.Addresses, alone, first, await BesideAsync(guesser, ct));
        }
        finally
        {
            await stop.CancelAsync();
            await guessing;
        }
    }

    private async Task<Beside> BesideAsync(Guesser guesser, CancellationToken ct)
    {
        var answered = guesser.Answers.Count;
        var honest = await HonestAsync(options.Seconds, ct);
        return new Beside(honest, [.. guesser.Answers.Skip(answered)]);
    }

    private static async Task UsedUpAsync(Guesser guesser, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        while (guesser.Answers is var answers
            && answers[^1].At - (answers.LastOrDefault(answer => answer.IsTry)?.At ?? TimeSpan.Zero) < Quiet)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException("The guesses are judged without end.");
            await Task.Delay(Look, ct);
        }
    }

    private Task<Measurement> HonestAsync(TimeSpan length, CancellationToken ct) =>
        Measure.RunAsync(server, bed.Postgres.Processes, Refresh, AbuseOptions.Connections, Settle, length, ct);
}
