using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Rotation;

/// <summary><c>rotation</c>: whether a token is refused while signing keys are rotated under load.</summary>
internal static class RotationCommand
{
    public static Command Create()
    {
        var duration = BenchOption.Of(
            "--duration",
            $"Seconds under load, {RotationOptions.Shortest.TotalSeconds:0} or more: three rotations, "
                + "and a token lives for a minute.",
            180);
        var callers = BenchOption.Of("--callers", "Apps that refresh and call the API.", 8);
        duration.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() < RotationOptions.Shortest.TotalSeconds)
                given.AddError($"--duration must be {RotationOptions.Shortest.TotalSeconds:0} or more.");
        });
        var command = new Command(
            "rotation",
            "Rotate signing keys three times under two instances and a stock API, and count refused tokens.")
        {
            duration,
            callers,
        };
        command.SetAction((parsed, ct) =>
            Outcome.OfAsync(() => RotationRun.RunAsync(
                new RotationOptions(TimeSpan.FromSeconds(parsed.GetValue(duration)), parsed.GetValue(callers)), ct)));
        return command;
    }
}
