using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>
/// A place to hash passwords without starving token traffic: at most half of the cores work on passwords, a bounded
/// number of people waits, the rest is told to come back. It also spends the same work on accounts that cannot sign in,
/// so that time does not tell which accounts exist.
/// </summary>
internal sealed class PasswordWork : IDisposable
{
    private static readonly int Permits = Math.Max(1, Environment.ProcessorCount / 2);
    private readonly IPasswordHasher<Account> _hasher;
    private readonly Account _nobody = new();
    private readonly string _hashOfNobody;
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Permits,
        QueueLimit = 25 * Permits,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public PasswordWork(IPasswordHasher<Account> hasher)
    {
        _hasher = hasher;
        _hashOfNobody = hasher.HashPassword(_nobody, "a password that belongs to nobody");
    }

    /// <summary>Waits for a turn. Dispose the lease after the work; a lease not acquired means that the queue is full.</summary>
    public ValueTask<RateLimitLease> EnterAsync(CancellationToken ct) => _limiter.AcquireAsync(1, ct);

    /// <summary>Takes as long as checking the password of an account would.</summary>
    public void Spend(string password) => _hasher.VerifyHashedPassword(_nobody, _hashOfNobody, password);

    public void Dispose() => _limiter.Dispose();
}
