using System.CommandLine;
using OAuthServer.Bench.Commands;

namespace OAuthServer.Bench.Rotation;

/// <summary><c>rotation</c>: whether a token is refused while signing keys are rotated under load.</summary>
internal static class RotationCommand
{
    public static Command Create()
    {
        var duration = new Option<int>("--duration")
        {
            Description = $"Seconds under load, {RotationOptions.Shortest.TotalSeconds:0} or more: three rotations, "
                + "and a token lives for a minute.",
            DefaultValueFactory = _ => 180,
        };
        var callers = new Option<int>("--callers")
        {
            Description = "Apps that refresh and call the API.",
            DefaultValueFactory = _ => 8,
        };
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
