using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Rotation;

/// <summary>One run: callers under way, and an operator who rotates the keys meanwhile.</summary>
internal sealed class RotationRun(
    RotationOptions options, OurServer product, TestBed bed, IReadOnlyList<MeasuredServer> instances)
{
    /// <summary>The new key is in the JWK Set.</summary>
    public const string Publishes = "publishes";

    /// <summary>The new key signs.</summary>
    public const string Signs = "signs";

    private const int StackBytes = 256 * 1024;
    private static readonly string[] FollowsBy = ["SIGHUP", $"poll of {RotationOptions.Poll.TotalSeconds:0} s"];
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Following> _followings = [];

    /// <summary>The exit code: 1 when a token was refused.</summary>
    public static async Task<int> RunAsync(RotationOptions options, CancellationToken ct)
    {
        await using var bed = await TestBed.CreateAsync(null, ct);
        var product = new OurServer(OurServer.ServerName, OurServer.AllBudgets, starts: 1)
        {
            More = new Dictionary<string, string>
            {
                ["OAuth__AccessTokenLifetime"] = RotationOptions.TokenLifetime.ToString("c"),
                ["SigningKeys__PollInterval"] = RotationOptions.Poll.ToString("c"),
            },
        };
        await using var first = await product.StartAsync(bed, [], ct);
        await using var second = await product.StartBesideAsync(first, bed, ct);
        await using var api = await new ApiServer("--stock", $"{RotationOptions.Renewal.TotalSeconds:0}")
            .StartAsync(bed, [first], ct);
        var report = await new RotationRun(options, product, bed, [first, second]).MeasureAsync(api, ct);
        Console.WriteLine(report.ToMarkdown());
        Console.WriteLine(
            await ReportFiles.WriteAsync(
                Checkout.Results, "rotation", report.Machine.Date, report, report.ToMarkdown(), ct));
        return report.Failed > 0 ? 1 : 0;
    }

    private async Task<RotationReport> MeasureAsync(MeasuredServer api, CancellationToken ct)
    {
        var machine = MachineFacts.Read(
            TimeProvider.System.GetUtcNow(), await instances[0].Database!.VersionAsync(ct), Checkout.Root);
        RotationCaller[] callers =
        [
            .. Enumerable.Range(0, options.Callers).Select(_ => new RotationCaller(instances, api)),
        ];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Thread[] threads = [.. callers.Select(caller => new Thread(() => caller.Run(stop.Token), StackBytes))];
        foreach (var thread in threads) thread.Start();
        try
        {
            await RotateAsync(ct);
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var thread in threads) thread.Join();
        }

        return new RotationReport(
            machine,
            options.ToString(),
            callers.Sum(caller => caller.Issued),
            callers.Sum(caller => caller.Validated),
            callers.Sum(caller => caller.Failed),
            callers.Select(caller => caller.FirstFault).FirstOrDefault(fault => fault is not null), _followings);
    }

    private async Task RotateAsync(CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        for (var rotation = 1; rotation <= RotationOptions.Rotations; rotation++)
        {
            await UntilAsync(began, (rotation - 1) * options.Between, ct);
            Console.WriteLine($"Rotation {rotation}: generate");
            var known = Keys(instances[0]);
            await ChangeAsync(rotation, Publishes, keys => keys.Except(known).Any(), ct, "keys", "generate");
            var next = Keys(instances[0]).Except(known).Single();
            await UntilAsync(began, ((rotation - 1) * options.Between) + RotationOptions.Publication, ct);
            Console.WriteLine($"Rotation {rotation}: promote");

            // By force, for the command knows that verifiers cache keys for a day; this API does so for seconds.
            await ChangeAsync(rotation, Signs, keys => keys[0] == next, ct, "keys", "promote", "--force");
        }

        await UntilAsync(began, options.Duration, ct);
    }

    private async Task ChangeAsync(
        int rotation,
        string change,
        Func<IReadOnlyList<string>, bool> followed,
        CancellationToken ct,
        params string[] command)
    {
        await product.CommandAsync(instances[0], bed, ct, command);
        var done = Stopwatch.GetTimestamp();
        using (var signal = Process.Start("kill", ["-HUP", $"{instances[0].ProcessId}"]))
            await signal.WaitForExitAsync(ct);
        await Task.WhenAll(instances.Select(async (instance, index) =>
        {
            while (!followed(Keys(instance)))
            {
                if (Stopwatch.GetElapsedTime(done) > Patience)
                    throw new InvalidOperationException(
                        $"{instance.Name} does not follow: {string.Join(' ', command)}");
                await Task.Delay(Look, ct);
            }

            var following = new Following(
                rotation, change, instance.Name, FollowsBy[index], Stopwatch.GetElapsedTime(done).TotalSeconds);
            lock (_followings) _followings.Add(following);
        }));
    }

    /// <summary>The kid of every published key, that of the signing one first.</summary>
    private static List<string> Keys(MeasuredServer instance)
    {
        using var connection = new HttpConnection(instance.Address);
        var reply = connection.Send(HttpRequestBytes.Get(instance.Routes.Keys!, instance.Headers));
        if (reply.Status != 200) throw new UnexpectedAnswerException(reply);
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(reply.Body.Span));
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(
            key => key.GetProperty("kid").GetString()!)];
    }

    private static async Task UntilAsync(long began, TimeSpan moment, CancellationToken ct)
    {
        var wait = moment - Stopwatch.GetElapsedTime(began);
        if (wait > TimeSpan.Zero) await Task.Delay(wait, ct);
    }
}
