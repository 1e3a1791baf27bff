using OAuthServer.Testing;

namespace OAuthServer.IntegrationTests.Flow;

/// <summary>What the table does not check by itself, for a check costs every refresh: the server's statements see to it.</summary>
public sealed class RefreshTokenRowTests
{
    [Fact]
    [Row("REF-08")]
    public async Task Every_token_is_stored_as_a_SHA_256_and_ends_with_its_family_at_the_latest()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        // A family that lives no longer than a token: each successor would outlive it by the time between the two.
        await using var server = await TestServer.StartAsync(new()
        {
            Database = database,
            Settings = new Dictionary<string, string?> { ["OAuth:RefreshTokenLifetime"] = "1.00:00:00", ["OAuth:RefreshTokenFamilyLifetime"] = "1.00:00:00" },
        });
        var first = await server.TokensAsync();
        var second = await server.RefreshAsync(first.RefreshToken);
        await server.RefreshAsync(second.RefreshToken);

        var rows = await database.QueryAsync("SELECT length(token) AS bytes, expires_at = family_expires_at AS together FROM oauth_refresh_tokens");
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal((32, true), ((int)row["bytes"]!, (bool)row["together"]!)));
    }
}
