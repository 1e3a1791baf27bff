namespace OAuthServer.Bench.Load;

/// <summary>The server answered, but not what the operation should get.</summary>
internal sealed class UnexpectedAnswerException(HttpReply reply) : Exception(reply.ToString());
