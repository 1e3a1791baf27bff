namespace OAuthServer.Bench.Machine;

/// <summary>Looks at a process tree twice a second and remembers the most memory it held.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private readonly Timer _timer;
    private readonly ProcessTree _processes;
    private long _peak;

    public MemoryWatch(ProcessTree processes)
    {
        _processes = processes;
        _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    /// <summary>The largest resident memory seen, in bytes.</summary>
    public long PeakBytes => Interlocked.Read(ref _peak);

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = _processes.ResidentBytes();
        if (now > PeakBytes) Interlocked.Exchange(ref _peak, now);
    }
}
