using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Workloads;

/// <summary>
/// The whole code flow of a person who is signed in and agreed before: authorize, redirect, exchange (RFC 6749 section
/// 4.1, RFC 7636).
/// </summary>
internal sealed class CodeWorker(WorkerSeat seat) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var (code, verifier) = _caller.Authorize(connection);
        _caller.Redeem(connection, code, verifier);
        return true;
    }
}

/// <summary>The same with the scope <c>openid</c>: an ID token comes with it.</summary>
internal sealed class OpenIdWorker(WorkerSeat seat) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var (code, verifier) = _caller.Authorize(connection, openId: true);
        return _caller.RedeemForId(connection, code, verifier).Id.Length > 0;
    }
}
