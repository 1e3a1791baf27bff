using Npgsql;

namespace OAuthServer.Bench.Commands;

/// <summary>Turns what went wrong outside this program into a sentence and an exit code.</summary>
internal static class Outcome
{
    private const int NotMeasured = 2;

    /// <summary>
    /// The command's own exit code (0, or 1 when an operation failed); 2 when nothing could be measured or Ctrl-C was
    /// pressed.
    /// </summary>
    public static async Task<int> OfAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception failure) when (failure is InvalidOperationException or NpgsqlException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return NotMeasured;
        }
        catch (AggregateException failures)
        {
            await Console.Error.WriteLineAsync($"A caller had to give up: {failures.InnerExceptions[0].Message}");
            return NotMeasured;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return NotMeasured;
        }
    }
}
