using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>Gets access tokens of the client's own, by its secret (RFC 6749 section 4.4).</summary>
internal sealed class OwnTokenWorker(WorkerSeat seat) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection) => _caller.OwnToken(connection).Length > 0;
}

/// <summary>The same by a key: an assertion for each, which the load generator signs (RFC 7523).</summary>
internal sealed class KeyedTokenWorker(WorkerSeat seat) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection) => _caller.OwnToken(connection, BenchKey.Credentials()).Length > 0;
}

/// <summary>Asks about one access token over and over (RFC 7662).</summary>
internal sealed class IntrospectWorker : IWorker
{
    private readonly TokenCaller _caller;
    private readonly string _token;

    public IntrospectWorker(WorkerSeat seat)
    {
        _caller = new TokenCaller(seat.Server);
        _token = _caller.OwnToken(seat.Connection);
    }

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        _caller.Introspect(connection, _token);
        return true;
    }
}

/// <summary>Pushes a request and visits it, as a person who is signed in and agreed before (RFC 9126).</summary>
internal sealed class PushWorker(WorkerSeat seat) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection) => _caller.PushAndAuthorize(connection).Length > 0;
}
