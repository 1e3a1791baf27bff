using System.Diagnostics;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>A session that an app refreshes again and again; one worker's alone.</summary>
internal sealed class Chain(string token)
{
    private readonly List<string> _used = [];
    private Stopwatch? _presented;

    /// <summary>The token to present next.</summary>
    public string Newest { get; private set; } = token;

    /// <summary>Tokens that were presented and followed by another, the oldest first.</summary>
    public IReadOnlyList<string> Used => _used;

    /// <summary>True after a refusal.</summary>
    public bool IsOver { get; set; }

    /// <summary>
    /// How long ago the newest token was first presented: a lost answer may be asked for again so long.
    /// </summary>
    public TimeSpan Asking => (_presented ??= Stopwatch.StartNew()).Elapsed;

    /// <summary>The next token is known.</summary>
    public void Advance(string successor)
    {
        _used.Add(Newest);
        (Newest, _presented) = (successor, null);
    }
}
