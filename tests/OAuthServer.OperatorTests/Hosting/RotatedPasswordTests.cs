using System.Net;
using Npgsql;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>The password of the database changes, in the file that was named, and nothing is restarted.</summary>
public sealed class RotatedPasswordTests(ServedCluster served, ContentRoot root)
    : IClassFixture<ServedCluster>, IClassFixture<ContentRoot>
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_rotated_password_is_read_with_the_next_connection()
    {
        var cluster = served.Cluster;
        var file = Path.Combine(root.Path, "password");
        await File.WriteAllTextAsync(file, SeededCluster.Role + "\n", TestContext.Current.CancellationToken);
        var place = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = null }.ConnectionString;
        await using var server = await cluster.ServeAsync(
            ("ConnectionStrings:OAuthServer", place), ("ConnectionStrings:OAuthServerPasswordFile", file));
        var tokens = await server.TokensAsync();

        await cluster.ExecuteAsync($"ALTER ROLE {SeededCluster.Role} PASSWORD 'rotated'");
        await cluster.EndSessionsAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.RefreshAsync(tokens.RefreshToken)).Status);
        await File.WriteAllTextAsync(file, "rotated", TestContext.Current.CancellationToken);

        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync(tokens.RefreshToken)).Status == HttpStatusCode.OK,
            Recovery,
            "the new password is used");
        var command = new CommandLine
        {
            Settings =
            {
                ["ConnectionStrings:OAuthServer"] = place,
                ["ConnectionStrings:OAuthServerPasswordFile"] = file,
            },
        };
        Assert.Equal(0, (await command.RunAsync(["clients", "list"], TestContext.Current.CancellationToken)).Code);
        await cluster.ExecuteAsync($"UPDATE oauth_clients SET disabled_at = now() WHERE client_id = '{TestData.Web}'");
        await Eventually.BecomesTrue(
            async () => (await server.RefreshAsync("no-such-token")).Error == "invalid_client",
            Recovery,
            "the listener has it too");
    }

    [Fact]
    public async Task A_file_that_is_not_there_and_two_passwords_are_faults()
    {
        var file = Path.Combine(root.Path, "other");
        await File.WriteAllTextAsync(file, "word", TestContext.Current.CancellationToken);
        foreach (var (connection, named, expected) in (ReadOnlySpan<(string, string, string)>)
            [
                ("Host=db", "/no/such/file", "is no file that can be read: /no/such/file."),
                ("Host=db;Password=x", file, "a password stands in the connection string too"),
            ])
        {
            var faults = InProcess.Faults(new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["OAuth__Issuer"] = "https://as.example.test",
                ["AWS_REGION"] = "eu-central-1",
                ["ConnectionStrings__OAuthServer"] = connection,
                ["ConnectionStrings__OAuthServerPasswordFile"] = named,
            });
            Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
        }
    }
}
