using System.Net;
using Npgsql;
using OAuthServer.OperatorTests.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// A database unlike ours in all at once: IPv6 alone, TLS alone, another schema, locale, time zone and date style.
/// </summary>
public sealed class SurroundingsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_of_it_works_on_a_database_that_is_odd_in_every_way()
    {
        await using var odd = await OddCluster.StartAsync();
        var place = odd.Connection.ConnectionString;
        var commands = CommandLine.On(place);
        var migrated = await commands.RunAsync(["migrate"], Ct);
        Assert.Equal((0, ""), (migrated.Code, migrated.Error));
        await using var model = await TestData.CreateDatabaseAsync(fullHashCost: true);
        await using (var target = NpgsqlDataSource.Create(place)) await SeededCluster.CopyAsync(model, target);

        await using var server = await TestServer.StartAsync(new()
        {
            Database = model,
            Settings = new Dictionary<string, string?>
            {
                ["ConnectionStrings:OAuthServer"] = place,
                ["Audit:SealInterval"] = "00:00:01",
            },
        });
        using var browser = new TestBrowser(server);
        var tokens = await server.RedeemAsync((await browser.AuthorizeAsync(new AuthorizationAsk())).Code);
        var refreshed = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(refreshed.RefreshToken)).Status);
        Assert.Equal("invalid_grant", (await server.RefreshAsync(refreshed.RefreshToken)).Error);

        await Eventually.BecomesTrue(
            async () => (await commands.RunAsync(["audit", "verify", "--json"], Ct)).Output.Contains(
                "\"ok\":true", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20), "what was sealed verifies");
        Assert.Equal(
            0, (await commands.RunAsync(["audit", "search", "--since", "1h", "--event", "token_revoked"], Ct)).Code);
        var doctor = await DoctorRun.WithAsync(DoctorRun.Settings(place), null, ["--json", .. DoctorRun.KnownOfTests]);
        foreach (var found in (string[])["error database", "error schema", "error check_failed"])
            Assert.DoesNotContain(doctor.Findings, finding => finding.StartsWith(found, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_takes_TLS_alone_says_so_to_who_comes_without_and_is_who_it_says()
    {
        await using var odd = await OddCluster.StartAsync();
        var plain = new NpgsqlConnectionStringBuilder(odd.Connection.ConnectionString) { SslMode = SslMode.Disable };
        var stranger = new NpgsqlConnectionStringBuilder(odd.Connection.ConnectionString) { RootCertificate = null };

        var refused = await CommandLine.On(plain.ConnectionString).RunAsync(["migrate"], Ct);
        Assert.Contains(
            "PostgreSQL wants TLS here: write SSL Mode=VerifyFull", refused.Error, StringComparison.Ordinal);
        var untrusted = await CommandLine.On(stranger.ConnectionString).RunAsync(["migrate"], Ct);
        Assert.Contains("Its certificate is not trusted", untrusted.Error, StringComparison.Ordinal);
    }
}
