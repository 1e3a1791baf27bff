using System.Collections.Concurrent;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>A secret that was right, and whether a use of it waits to be written.</summary>
/// <param name="clientId">Whose it is.</param>
/// <param name="hash">The stored hash that it fits.</param>
internal sealed class SecretUse(string clientId, string hash)
{
    private long _at;

    /// <summary>True when no use waits yet. A warm request reads this and no more.</summary>
    public bool IsIdle => Volatile.Read(ref _at) == 0;

    /// <summary>Marks a use. True for the first since the last <see cref="Take"/>.</summary>
    public bool Mark(DateTimeOffset now) => Interlocked.CompareExchange(ref _at, now.UtcTicks, 0) == 0;

    /// <summary>The use that waits; none waits afterwards.</summary>
    public NotedUse Take()
    {
        var at = new DateTime(Interlocked.Exchange(ref _at, 0), DateTimeKind.Utc);
        return new NotedUse(clientId, ClientSecretUses.Of(hash), at);
    }

    /// <summary>The hash is kept out of logs.</summary>
    public override string ToString() => clientId;
}

/// <summary>The uses of secrets that wait for <see cref="SecretUseWriter"/>: at most one of each secret.</summary>
internal sealed class SecretUses(TimeProvider clock)
{
    private readonly ConcurrentQueue<SecretUse> _waiting = new();

    /// <summary>Notes that a secret was right. Of several uses between two writes the first one counts.</summary>
    public void Note(SecretUse use)
    {
        if (use.IsIdle && use.Mark(clock.GetUtcNow())) _waiting.Enqueue(use);
    }

    public IReadOnlyList<NotedUse> Take()
    {
        var taken = new List<NotedUse>();
        // Not more than waited at first: a busy secret comes again at once.
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var use); left--) taken.Add(use.Take());
        return taken;
    }
}
