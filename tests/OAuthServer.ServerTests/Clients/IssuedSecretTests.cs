using System.Globalization;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>What the operator's command gives out for a new confidential client (RFC 6749 §2.2, §10.10).</summary>
[JudgesDeployment]
public sealed class IssuedSecretTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const int BitsOfASecret = 256;

    // The command itself, at the lowest cost that it takes; HandleTests looks at a thousand secrets without their
    // hashes.
    [Fact]
    [Row("REG-04")]
    public async Task Secrets_are_shown_once_distinct_and_random()
    {
        Deployment.NeedsOwnServer("the operator's command");
        // Each costs two slow hashes, so they are counted like rounds.
        var many = 20 * Effort.Rounds(2);
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < many; i++)
        {
            var (secret, hash, output) = await MakeAsync(cost: 10);
            Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
            Assert.Equal(
                output.IndexOf(secret, StringComparison.Ordinal), output.LastIndexOf(secret, StringComparison.Ordinal));
            Assert.True(BCrypt.Net.BCrypt.Verify(secret, hash));
            Assert.True(secrets.Add(secret));
        }

        var bytes = secrets.Select(Base64UrlEncoder.DecodeBytes).ToList();
        Assert.All(bytes, one => Assert.Equal(BitsOfASecret / 8, one.Length));
        // Every bit is set in some and not in others, and all of them together are as often set as not: within six
        // standard deviations, which chance leaves once in a billion runs.
        var set = Enumerable.Range(0, BitsOfASecret)
            .Select(bit => bytes.Count(one => (one[bit / 8] >> (bit % 8) & 1) == 1))
            .ToList();
        Assert.All(set, count => Assert.InRange(count, 1, many - 1));
        var (bits, spread) = (many * BitsOfASecret, 6 * Math.Sqrt(many * BitsOfASecret) / 2);
        Assert.InRange(set.Sum(), (bits / 2) - spread, (bits / 2) + spread);
    }

    [Fact]
    [Row("REG-04")]
    public async Task Only_the_bcrypt_hash_is_stored_and_the_secret_works()
    {
        var database = own.Server.Database;
        for (var i = 0; i < 5; i++)
        {
            var (secret, hash, _) = await MakeAsync(cost: 12 - (i % 3));
            var id = $"made-{i}";
            await database.ExecuteAsync(
                "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes) "
                    + "VALUES ($1, $2, 'Made', '{https://made.example/cb}', '{read}')", id, hash);

            Assert.Equal("invalid_grant", (await AskAsync(id, secret)).Error);
            Assert.Equal("invalid_client", (await AskAsync(id, secret[..^1])).Error);
            var row = await database.ScalarAsync<string>(
                "SELECT c::text FROM oauth_clients AS c WHERE client_id = $1", id);
            Assert.DoesNotContain(secret, row, StringComparison.Ordinal);
            Assert.Contains(hash, row, StringComparison.Ordinal);
        }
    }

    [Theory]
    [Row("REG-04")]
    [InlineData("https://c.example/client.json")]
    [InlineData("HTTPS://c.example")]
    [InlineData("http://c.example")]
    public async Task No_client_can_have_a_URL_as_its_id(string id)
    {
        var database = own.Server.Database;
        var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync(
            "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes) "
                + "VALUES ($1, $2, 'Made', '{https://made.example/cb}', '{read}')", id, TestData.FullSecretHash));
        Assert.Equal("client_id_is_not_a_url", refusal.ConstraintName);
    }

    private static async Task<(string Secret, string Hash, string Output)> MakeAsync(int cost)
    {
        var commands = new CommandLine
        {
            Settings = { ["ClientSecrets:Cost"] = cost.ToString(CultureInfo.InvariantCulture) },
        };
        var run = await commands.RunAsync(["clients", "hash-secret"], TestContext.Current.CancellationToken);
        Assert.Equal(0, run.Code);
        var lines = run.Output.Split('\n').Select(line => line.Split(": ")[^1].Trim()).ToList();
        return (lines[0], lines[1], run.Output);
    }

    private Task<Reply> AskAsync(string id, string secret) => own.Server.PostFormAsync(
        "/oauth/token",
        ("grant_type", "refresh_token"),
        ("refresh_token", "unknown"),
        ("client_id", id),
        ("client_secret", secret));
}
