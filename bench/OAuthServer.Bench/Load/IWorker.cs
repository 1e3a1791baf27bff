namespace OAuthServer.Bench.Load;

/// <summary>One of the callers of a load run: it holds one connection and does one operation after the other.</summary>
internal interface IWorker
{
    /// <summary>
    /// Does one operation and checks that it did what it should. False, without a request, when it has nothing left to
    /// do.
    /// </summary>
    /// <exception cref="UnexpectedAnswerException">The operation did not do what it should.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke.</exception>
    /// <exception cref="IOException">The same.</exception>
    bool RunOnce(HttpConnection connection);
}
