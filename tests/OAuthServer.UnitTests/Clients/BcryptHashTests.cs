using OAuthServer.Clients;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.UnitTests.Clients;

/// <summary>
/// The cost is read from a hash of any kind, and checks of several costs make up the wanted number of rounds.
/// </summary>
public sealed class BcryptHashTests
{
    [Theory]
    [InlineData("$2a$04$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW", 4)]
    [InlineData("$2b$12$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW", 12)]
    [InlineData("$2y$14$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW", 14)]
    public void The_cost_is_read_from_the_hash(string hash, int cost) => Assert.Equal(cost, BcryptHash.CostOf(hash));

    [Fact]
    public void The_hash_of_nobody_has_the_cost_and_fits_no_secret()
    {
        var hash = BcryptHash.OfNobody(4);

        Assert.Equal((60, 4), (hash.Length, BcryptHash.CostOf(hash)));
        Assert.False(Bcrypt.Verify("demo-secret", hash));
        Assert.False(Bcrypt.Verify("", hash));
    }

    [Theory]
    [InlineData(0, 4096, new[] { 12 })]
    [InlineData(1024, 4096, new[] { 10, 11 })]
    [InlineData(2048, 4096, new[] { 11 })]
    [InlineData(3072, 4096, new[] { 10 })]
    [InlineData(1024 + 1024, 8192, new[] { 11, 12 })]
    [InlineData(4096, 4096, new int[0])]
    [InlineData(4096 + 1024, 4096, new int[0])]
    public void Checks_fill_up_to_the_wanted_rounds(long done, long wanted, int[] costs)
    {
        Assert.Equal(costs, BcryptHash.CostsThatFill(done, wanted));
        if (done <= wanted) Assert.Equal(wanted, done + costs.Sum(cost => 1L << cost));
    }
}
