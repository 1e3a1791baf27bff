using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Load;

/// <summary>Which of the callers of a run a worker is.</summary>
/// <param name="Connection">Its own; a worker may prepare itself over it, which nobody measures.</param>
/// <param name="Index">From zero.</param>
/// <param name="Count">How many callers there are.</param>
internal sealed record WorkerSeat(MeasuredServer Server, HttpConnection Connection, int Index, int Count);
