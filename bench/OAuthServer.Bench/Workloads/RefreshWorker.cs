using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>Owns one chain of refresh tokens and spends the newest each time (RFC 6749 section 6).</summary>
internal sealed class RefreshWorker : IWorker
{
    private readonly TokenCaller _caller;
    private string _token;

    public RefreshWorker(MeasuredServer server, HttpConnection connection)
    {
        _caller = new TokenCaller(server);
        _token = _caller.FirstRefreshToken(connection);
    }

    /// <inheritdoc />
    public void RunOnce(HttpConnection connection)
    {
        _token = _caller.Refresh(connection, _token);
    }
}
