using OAuthServer.Operators.Doctor;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>
/// What the doctor makes of what a database says of itself; that it says so is tested on a real one.
/// </summary>
public sealed class DatabaseCheckTests
{
    private static readonly DatabaseState Good = new()
    {
        Major = 17,
        Version = "17.2",
        Role = "oauth",
        SynchronousCommit = "on",
        Fsync = true,
        FullPageWrites = true,
        Connections = 97,
    };

    [Fact]
    public void A_durable_database_with_room_is_well()
    {
        var result = Judge(Good);

        Assert.Empty(result.Findings);
        Assert.Equal("17.2", result.Fact("PostgreSQL"));
        Assert.Equal("oauth", result.Fact("role"));
        Assert.Equal("20 at most per instance, 97 at most in all", result.Fact("connections"));
    }

    [Fact]
    public void A_pool_as_large_as_the_database_is_well_and_a_larger_one_is_not()
    {
        Assert.Empty(Judge(Good with { Connections = 20 }).Findings);
        Assert.Equal(["Warning database_pool_too_large"], Judge(Good with { Connections = 19 }).Codes());
        Assert.Equal(["Note database_pool_too_large"], Judge(Good with { Connections = 19 }, Severity.Note).Codes());
    }

    [Fact]
    public void Every_setting_that_loses_data_or_refuses_work_is_found()
    {
        Assert.Equal(["Error database_too_old"], Judge(Good with { Major = 14, Version = "14.9" }).Codes());
        Assert.Empty(Judge(Good with { Major = 15 }).Findings);
        Assert.Equal(["Error database_read_only"], Judge(Good with { IsReadOnly = true }).Codes());
        Assert.Equal(["Error database_not_durable"], Judge(Good with { Fsync = false }).Codes());
        Assert.Equal(["Error database_not_durable"], Judge(Good with { FullPageWrites = false }).Codes());
        Assert.Equal(["Warning database_commits_early"], Judge(Good with { SynchronousCommit = "off" }).Codes());
        Assert.Empty(Judge(Good with { SynchronousCommit = "local" }).Findings);
        Assert.Equal(["Note database_superuser"], Judge(Good with { IsSuperuser = true }).Codes());
    }

    [Theory]
    [InlineData("Host=a,b", "Error database_hosts")]
    [InlineData("Host=a,b;Target Session Attributes=prefer-standby", "Error database_hosts")]
    [InlineData("Host=a,b;Target Session Attributes=primary", null)]
    [InlineData("Host=a,b;Target Session Attributes=read-write", null)]
    [InlineData("Host=a", null)]
    public void Of_several_hosts_the_primary_has_to_be_asked_for(string connection, string? expected)
    {
        var report = new CheckReport();
        DatabaseCheck.JudgeHosts(report, new(connection));
        Assert.Equal(expected, report.Result().Codes().SingleOrDefault());
    }

    private static CheckResult Judge(DatabaseState state, Severity tooFewConnections = Severity.Warning)
    {
        var report = new CheckReport();
        DatabaseCheck.Judge(report, state, poolSize: 20, tooFewConnections);
        return report.Result();
    }
}
