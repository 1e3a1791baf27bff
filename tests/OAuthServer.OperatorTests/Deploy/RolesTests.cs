using System.Diagnostics;
using System.Globalization;
using Npgsql;
using OAuthServer.OperatorTests.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Deploy;

/// <summary><c>deploy/postgres/roles.sql</c>: the owner migrates, the server serves, and neither has more.</summary>
public sealed class RolesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_migrates_and_the_other_role_serves_and_changes_no_table()
    {
        await using var cluster = await DedicatedCluster.CreateAsync();
        var superuser = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Pooling = false };
        await RunAsync(superuser);
        await ExecuteAsync(
            superuser, "ALTER ROLE oauth_owner PASSWORD 'owner'; ALTER ROLE oauth_server PASSWORD 'server'");
        var owner = As(superuser, "oauth_owner", "owner");
        var server = As(superuser, "oauth_server", "server");

        var migrated = await CommandLine.On(owner.ConnectionString).RunAsync(["migrate"], Ct);
        Assert.Equal((0, ""), (migrated.Code, migrated.Error));
        var again = await CommandLine.On(server.ConnectionString).RunAsync(["migrate"], Ct);
        Assert.Equal((0, "The schema is already up to date.\n"), (again.Code, again.Output));

        var serving = await DoctorAsync(server);
        Assert.Equal("complete for serving", serving.Fact("rights"));
        Assert.Contains("note migration_other_role", serving.Findings);
        var owning = await DoctorAsync(owner);
        Assert.Equal("this role may run them", owning.Fact("migrations"));

        foreach (var forbidden in (string[])
        [
            "CREATE TABLE mine (id int)", "ALTER TABLE accounts ADD mine int", "DROP TABLE oauth_clients",
            "TRUNCATE oauth_audit_events", "CREATE SCHEMA mine", "CREATE TEMP TABLE mine (id int)",
        ])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(server, forbidden));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private static Task<DoctorRun> DoctorAsync(NpgsqlConnectionStringBuilder role) =>
        DoctorRun.WithAsync(DoctorRun.Settings(role.ConnectionString), null, ["--json", .. DoctorRun.KnownOfTests]);

    private static NpgsqlConnectionStringBuilder As(
        NpgsqlConnectionStringBuilder superuser, string role, string password) =>
        new(superuser.ConnectionString) { Database = "oauth", Username = role, Password = password };

    private static async Task RunAsync(NpgsqlConnectionStringBuilder superuser)
    {
        var start = new ProcessStartInfo(
            "psql",
            [
                "-X", "-v", "ON_ERROR_STOP=1", "-f", Checkout.File("deploy", "postgres", "roles.sql"),
                "-h", superuser.Host!, "-p", superuser.Port.ToString(CultureInfo.InvariantCulture),
                "-U", superuser.Username!, "postgres",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = superuser.Password;
        using var psql = Process.Start(start)!;
        var said = await psql.StandardError.ReadToEndAsync(Ct);
        await psql.WaitForExitAsync(Ct);
        Assert.True(psql.ExitCode == 0, said);
    }

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder role, string sql)
    {
        await using var connection = new NpgsqlConnection(role.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
