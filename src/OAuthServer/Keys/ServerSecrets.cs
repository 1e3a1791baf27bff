namespace OAuthServer.Keys;

/// <summary>The server secrets of one moment: what is made now is made with the current one.</summary>
/// <param name="Current">Makes what is new.</param>
/// <param name="Previous">Still reads what it made; null when it was never rotated, or leaked.</param>
/// <param name="CreatedAt">When the current one was stored; null where the store does not say.</param>
internal sealed record ServerSecrets(ServerSecret Current, ServerSecret? Previous, DateTimeOffset? CreatedAt)
{
    /// <summary>Both, the current one first.</summary>
    public IEnumerable<ServerSecret> All => Previous is null ? [Current] : [Current, Previous];

    /// <summary>The secret with this <see cref="ServerSecret.Id"/>, or null when it is known no more.</summary>
    public ServerSecret? Find(string? id) => All.FirstOrDefault(secret => secret.Id == id);
}
