using Npgsql;

namespace OAuthServer.Storage;

/// <summary>
/// A statement was sent and nobody knows whether it counts, or for how long: an outage to whoever waits for its answer.
/// </summary>
internal sealed class OutcomeUnknownException(string message) : NpgsqlException(message);
