namespace OAuthServer.Samples.StockClients;

/// <summary>One line for each capability.</summary>
internal sealed class Checks
{
    /// <summary>What a revocation ends is gone everywhere within a second; asked for twice as long at most.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>How many failed.</summary>
    public int Failures { get; private set; }

    public async Task RunAsync(string name, Func<Task> capability)
    {
        try
        {
            await capability();
            Console.WriteLine($"ok      {name}");
        }
#pragma warning disable CA1031 // Whatever it is, it is a line of the report, and the next capability is tried.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failures++;
            Console.WriteLine($"FAILED: {name}: {failure.Message.ReplaceLineEndings(" ")}");
        }
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what} is {actual}, not {expected}");
    }

    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (!await condition())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"{otherwise} two seconds later");
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }
}
