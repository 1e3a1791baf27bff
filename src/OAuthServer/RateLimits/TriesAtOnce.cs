namespace OAuthServer.RateLimits;

/// <summary>
/// How many tries are under way for one key. It keeps a crowd that guesses at one thing from filling a queue that
/// others wait in too. Only what is under way is kept, so requests in flight bound it.
/// </summary>
/// <param name="most">Tries at once for one key.</param>
internal sealed class TriesAtOnce(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);

    /// <summary>True when there is room for one more; then <see cref="Leave"/> must follow.</summary>
    public bool TryEnter(string key)
    {
        lock (_gate)
        {
            var count = _underWay.GetValueOrDefault(key);
            if (count >= most) return false;
            _underWay[key] = count + 1;
            return true;
        }
    }

    /// <summary>Ends a try that was let in.</summary>
    public void Leave(string key)
    {
        lock (_gate)
        {
            if (--_underWay[key] == 0) _underWay.Remove(key);
        }
    }
}
