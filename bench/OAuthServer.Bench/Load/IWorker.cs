namespace OAuthServer.Bench.Load;

/// <summary>One of the callers of a load run: it holds one connection and does one operation after the other.</summary>
internal interface IWorker
{
    /// <summary>Does one operation and checks that it did what it should.</summary>
    /// <exception cref="UnexpectedAnswerException">It did not.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke.</exception>
    /// <exception cref="IOException">The same.</exception>
    void RunOnce(HttpConnection connection);
}
