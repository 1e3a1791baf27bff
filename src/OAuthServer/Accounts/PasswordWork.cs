using Microsoft.AspNetCore.Identity;
using OAuthServer.RateLimits;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// The turns of people in <see cref="HashWork"/>: a bounded number waits, the rest is told to come back. Who is known
/// here does not queue with strangers. Accounts that cannot sign in take the same work, so that time does not tell
/// which exist.
/// </summary>
internal sealed class PasswordWork
{
    private static readonly int MostWaiting = 25 * HashWork.Places;
    private static readonly HashLane Strangers = new("strangers", HashWork.Places, MostWaiting);
    private static readonly HashLane Known = new("known people", HashWork.Places, MostWaiting);

    private readonly HashWork _work;
    private readonly IPasswordHasher<Account> _hasher;
    private readonly Account _nobody = new();
    private readonly string _hashOfNobody;

    public PasswordWork(HashWork work, IPasswordHasher<Account> hasher)
    {
        (_work, _hasher) = (work, hasher);
        _hashOfNobody = hasher.HashPassword(_nobody, "a password that belongs to nobody");
    }

    /// <summary>
    /// Waits for a turn. Dispose of it after the work; a turn not acquired means that the queue is full.
    /// </summary>
    public ValueTask<HashTurn> EnterAsync(bool known, CancellationToken ct) =>
        _work.EnterAsync(known ? Known : Strangers, ct);

    /// <summary>Takes as long as checking the password of an account would.</summary>
    public void BurnHash(string password) => _hasher.VerifyHashedPassword(_nobody, _hashOfNobody, password);
}
