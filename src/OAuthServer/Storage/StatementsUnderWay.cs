namespace OAuthServer.Storage;

/// <summary>How many statements wait for the database, and how many have ended, in whichever way.</summary>
internal sealed class StatementsUnderWay
{
    private int _count;
    private long _ended;

    public int Count => Volatile.Read(ref _count);

    public long Ended => Volatile.Read(ref _ended);

    /// <summary>A statement begins; it ends when the answer is disposed of.</summary>
    public Statement Begin()
    {
        Interlocked.Increment(ref _count);
        return new Statement(this);
    }

    /// <summary>One of them.</summary>
    public readonly struct Statement(StatementsUnderWay all) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref all._count);
            Interlocked.Increment(ref all._ended);
        }
    }
}
