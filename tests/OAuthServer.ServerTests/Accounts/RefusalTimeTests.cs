using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Accounts;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>How long a refused sign-in takes where hashes of other software were imported.</summary>
public sealed class RefusalTimeTests
{
    private const string Bcrypt = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Whatever else the machine does while a hash is measured, people do not wait for it ever after.</summary>
    [Theory]
    [InlineData(1000, 400, 400, 400)]
    [InlineData(1000, 5000, 400, 3000)]
    [InlineData(1000, 5000, 3000, 400)]
    [InlineData(1500, 800, 600, 700)]
    public async Task A_step_is_longer_than_the_slowest_hash_on_a_machine_at_rest(int step, params int[] tries)
    {
        await using var database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        await database.ExecuteAsync(
            "INSERT INTO accounts (email, password_hash) VALUES ('slow@example.org', $1)", Bcrypt);
        var clock = new FakeTimeProvider();
        var refusals = new RefusalTime(
            new OAuthServer.Storage.Accounts(database.Contexts), new BusyHasher(clock, new Queue<int>(tries)), clock);

        Assert.Equal(step, (await refusals.StepAsync(Ct)).TotalMilliseconds);
        Assert.Equal(step, (await refusals.StepAsync(Ct)).TotalMilliseconds);
    }

    // Takes so many milliseconds for each check; after the last one it fails, since nothing is measured twice.
    private sealed class BusyHasher(FakeTimeProvider clock, Queue<int> milliseconds) : IPasswordHasher<Account>
    {
        public string HashPassword(Account user, string password) => throw new NotSupportedException();

        public PasswordVerificationResult VerifyHashedPassword(
            Account user, string hashedPassword, string providedPassword)
        {
            Assert.Equal(Bcrypt, hashedPassword);
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds.Dequeue()));
            return PasswordVerificationResult.Failed;
        }
    }
}
