using OAuthServer.OperatorTests.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting.Development;

/// <summary>The demo's password and secret are published: nobody but this machine is given them.</summary>
public sealed class DemoSeedTests
{
    [Theory]
    [InlineData("http://localhost:5080", true)]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("https://as.example.test", false)]
    [InlineData("https://localhost:5080", false)]
    public async Task Development_seeds_only_what_this_machine_alone_can_reach(string issuer, bool seeded)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var server = await TestServer.StartAsync(new()
        {
            Database = database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = issuer },
        });

        var rows = await database.CountAsync("oauth_clients") + await database.CountAsync("accounts");
        Assert.Equal(seeded ? 4 : 0, rows);
    }

    [Fact]
    public async Task The_doctor_names_the_demo_that_another_start_left_in_Production()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (await TestServer.StartAsync(new()
        {
            Database = database,
            Environment = "Development",
            Settings = new Dictionary<string, string?> { ["OAuth:Issuer"] = "http://localhost:5080" },
        }))
        {
            // It has left its seed.
        }

        var found = await DoctorRun.OnAsync(database);
        Assert.Contains("error demo_person", found.Findings);
        Assert.Contains("error client.secret_of_demo", found.Findings);

        await database.ExecuteAsync("UPDATE accounts SET disabled_at = now()");
        await database.ExecuteAsync("UPDATE oauth_clients SET disabled_at = now()");
        var mended = await DoctorRun.OnAsync(database);
        Assert.DoesNotContain("error demo_person", mended.Findings);
        Assert.DoesNotContain("error client.secret_of_demo", mended.Findings);
    }
}
