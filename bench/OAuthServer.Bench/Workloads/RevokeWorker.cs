using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Workloads;

/// <summary>
/// Revokes refresh tokens that it got beforehand, each of a grant of its own (RFC 7009), until none is left.
/// </summary>
internal sealed class RevokeWorker : IWorker
{
    // Of all workers together: some seconds of work, and not many more to get them.
    private const int Stock = 2_000;

    private readonly TokenCaller _caller;
    private readonly Queue<string> _tokens = new();

    public RevokeWorker(WorkerSeat seat)
    {
        _caller = new TokenCaller(seat.Server);
        for (var made = seat.Index; made < Stock; made += seat.Count)
            _tokens.Enqueue(_caller.FirstRefreshToken(seat.Connection));
    }

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        if (!_tokens.TryDequeue(out var token)) return false;
        _caller.Revoke(connection, token);
        return true;
    }
}
