using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Abuse;

/// <summary><c>abuse</c>: what honest callers feel while somebody guesses secrets, client ids or passwords.</summary>
internal static class AbuseCommand
{
    public static Command Create()
    {
        var only = BenchOption.Some<string>("--only", "Attacks; all when absent.");
        var rate = BenchOption.Of("--rate", "Guesses a second.", 200);
        var seconds = BenchOption.Of<double>("--seconds", "Length of a counted run.", 10);
        var warmup = BenchOption.Of<double>("--warmup", "Seconds of load before anything counts.", 60);
        only.AcceptOnlyFromAmong([.. Attack.All.Select(attack => attack.Name)]);
        var command = new Command("abuse", "Measure refreshes beside somebody who guesses.")
        {
            only,
            rate,
            seconds,
            warmup,
        };
        command.SetAction((parsed, ct) =>
        {
            var names = parsed.GetValue(only) ?? [];
            Attack[] attacks = [.. Attack.All.Where(attack => names.Length == 0 || names.Contains(attack.Name))];
            var options = new AbuseOptions(
                attacks,
                parsed.GetValue(rate),
                TimeSpan.FromSeconds(parsed.GetValue(warmup)),
                TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            return Outcome.OfAsync(() => AbuseRun.RunAsync(options, ct));
        });
        return command;
    }
}
