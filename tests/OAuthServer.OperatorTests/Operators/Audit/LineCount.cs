using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Audit;

/// <summary>Standard output of a command that runs on: how many lines it has printed.</summary>
internal sealed class LineCount : StringWriter
{
    private int _lines;

    public override async Task WriteLineAsync(string? value)
    {
        await base.WriteLineAsync(value);
        Interlocked.Increment(ref _lines);
    }

    public Task ReachesAsync(int lines) => Eventually.BecomesTrue(
        () => Task.FromResult(Volatile.Read(ref _lines) >= lines),
        TimeSpan.FromSeconds(20),
        $"{lines} lines are printed");
}
