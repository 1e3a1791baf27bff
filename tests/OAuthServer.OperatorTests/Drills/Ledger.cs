using System.Collections.Concurrent;
using System.Net;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>
/// What the servers of a drill acknowledged, and every promise that they broke. An answer that never came, or that says
/// 503, acknowledges nothing and refuses nothing.
/// </summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<(string Request, int Instance, string Answer), int> _answers = new();
    private readonly ConcurrentQueue<string> _correlations = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<string> _held = new();
    private readonly ConcurrentQueue<string> _dead = new();

    /// <summary>Promises that were broken; none is the aim.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>The correlation ids of all that was acknowledged: each has a row in the audit log.</summary>
    public IReadOnlyCollection<string> Correlations => _correlations;

    /// <summary>Refresh tokens that were given out and not used since.</summary>
    public IReadOnlyCollection<string> Held => _held;

    /// <summary>Refresh tokens that were revoked, or whose code was replayed.</summary>
    public IReadOnlyCollection<string> Dead => _dead;

    /// <summary>Counts an answer; null is none.</summary>
    public void Saw(string request, int instance, HttpStatusCode? status) =>
        _answers.AddOrUpdate((request, instance, status?.ToString("D") ?? "none"), 1, (_, seen) => seen + 1);

    /// <summary>Counts an answer that the client relies on from now on.</summary>
    public void Acknowledge(string request, int instance, string correlationId)
    {
        _answers.AddOrUpdate((request, instance, "acknowledged"), 1, (_, seen) => seen + 1);
        _correlations.Enqueue(correlationId);
    }

    /// <summary>The token is to work when all is over.</summary>
    public void Hold(string refreshToken) => _held.Enqueue(refreshToken);

    /// <summary>The token is never to work again.</summary>
    public void Bury(string refreshToken) => _dead.Enqueue(refreshToken);

    /// <summary>A promise was broken.</summary>
    public void Broken(string promise) => _faults.Enqueue(promise);

    /// <summary>How often an instance acknowledged such a request.</summary>
    public int Acknowledged(string request, int instance) =>
        _answers.GetValueOrDefault((request, instance, "acknowledged"));

    /// <summary>How many requests to an instance ended without knowing how.</summary>
    public int Unknown(int instance) => _answers
        .Where(seen => seen.Key.Instance == instance && seen.Key.Answer is "none" or "503").Sum(seen => seen.Value);

    /// <summary>Every answer by number, and what was broken: for the log of the test.</summary>
    public override string ToString()
    {
        // A copy by its own method: sorting what others add to would fail.
        var answers = _answers.ToArray().OrderBy(seen => seen.Key)
            .Select(seen => $"{seen.Key.Request} at {seen.Key.Instance}: {seen.Key.Answer} × {seen.Value}");
        return string.Join(Environment.NewLine, [.. answers, .. _faults]);
    }
}
