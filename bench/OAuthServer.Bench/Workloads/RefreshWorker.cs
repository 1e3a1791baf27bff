using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Workloads;

/// <summary>Owns one chain of refresh tokens and spends the newest each time (RFC 6749 section 6).</summary>
internal sealed class RefreshWorker : IWorker
{
    private readonly TokenCaller _caller;
    private string _token;

    public RefreshWorker(WorkerSeat seat)
    {
        _caller = new TokenCaller(seat.Server);
        _token = _caller.FirstRefreshToken(seat.Connection);
    }

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        _token = _caller.Refresh(connection, _token);
        return true;
    }
}
