using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// How long a refused sign-in takes, whatever the account: whole steps, each longer than checking the slowest hash that
/// stands in the table. The database knows which kinds of hash it has, and this process measures each kind when it meets
/// it (docs/decisions/040-passwords-of-people.md).
/// </summary>
internal sealed class RefusalTime(Storage.Accounts accounts, IPasswordHasher<Account> hasher, TimeProvider clock)
{
    /// <summary>
    /// The shortest step: longer than a hash of ours, and up to five statements on a database that is 50 ms away. A
    /// known account costs some more of them than an unknown one.
    /// </summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    // What the statements may take, and how much slower a check may be beside others than alone.
    private static readonly TimeSpan Statements = TimeSpan.FromMilliseconds(300);
    private const double BesideOthers = 1.5;

    // Alone is what the shortest of some tries shows: whatever else the machine did then only made them longer.
    private const int Tries = 3;

    private readonly ConcurrentDictionary<string, TimeSpan> _measured = new(StringComparer.Ordinal);
    private readonly Account _nobody = new();

    /// <summary>The step of now. Call it inside a turn: a kind of hash that is new here is tried out.</summary>
    public async Task<TimeSpan> StepAsync(CancellationToken ct)
    {
        var slowest = TimeSpan.Zero;
        foreach (var kind in await accounts.ForeignHashesAsync(ct))
        {
            var takes = _measured.GetOrAdd(kind.Cost, (_, hash) => Measure(hash), kind.Example);
            if (takes > slowest) slowest = takes;
        }

        if (slowest == TimeSpan.Zero) return Shortest;
        var steps = Math.Ceiling(((slowest * BesideOthers) + Statements) / Shortest);
        return Shortest * steps;
    }

    private TimeSpan Measure(string hash) => Enumerable.Range(0, Tries).Min(_ =>
    {
        var began = clock.GetTimestamp();
        hasher.VerifyHashedPassword(_nobody, hash, "a password that belongs to nobody");
        return clock.GetElapsedTime(began);
    });
}
