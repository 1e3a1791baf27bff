using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>How many people wait for their password to be checked, strangers apart from those who are known.</summary>
public sealed class PasswordWorkTests : IDisposable
{
    private readonly HashWork _work = new(TimeProvider.System);
    private readonly PasswordWork _passwords;

    public PasswordWorkTests() => _passwords = new PasswordWork(
        _work, new AccountPasswordHasher(Options.Create(new PasswordHasherOptions { IterationCount = 1 })));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Twenty_five_wait_for_each_place_and_the_next_one_is_turned_away(bool known)
    {
        var asked = Enumerable.Range(0, 26 * HashWork.Places)
            .Select(_ => _passwords.EnterAsync(known, Ct).AsTask())
            .ToList();
        Assert.Equal(HashWork.Places, asked.Count(turn => turn.IsCompleted));
        Assert.Equal(25 * HashWork.Places, _work.Waiting);

        using (var refused = await _passwords.EnterAsync(known, Ct)) Assert.False(refused.IsAcquired);

        var other = _passwords.EnterAsync(!known, Ct).AsTask();
        Assert.False(other.IsCompleted);
        (await asked[0]).Dispose();
        using (var theirs = await other) Assert.True(theirs.IsAcquired);
        foreach (var turn in asked[1..])
        {
            using var mine = await turn;
            Assert.True(mine.IsAcquired);
        }
    }
}
