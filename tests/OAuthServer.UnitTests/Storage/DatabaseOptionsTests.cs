using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>What the server makes of a connection string.</summary>
public sealed class DatabaseOptionsTests
{
    [Fact]
    public async Task No_connection_string_lets_values_into_a_log()
    {
        var settings = await SettingsAsync("Host=db;Log Parameters=true;Include Error Detail=true");
        Assert.Equal((false, false), (settings.LogParameters, settings.IncludeErrorDetail));
    }

    [Fact]
    public async Task A_connection_goes_back_to_the_pool_without_a_statement_that_resets_it() =>
        Assert.True((await SettingsAsync("Host=db;No Reset On Close=false")).NoResetOnClose);

    [Theory]
    [InlineData("Host=db", true, 15)]
    [InlineData("Host=db;Tcp Keepalive Time=60", false, 60)]
    [InlineData("Host=/run/postgresql", false, 0)]
    [InlineData("Host=@postgresql", false, 0)]
    public async Task The_kernel_asks_after_a_silent_peer_unless_told_otherwise(
        string given, bool keepAlive, int seconds)
    {
        var settings = await SettingsAsync(given);
        Assert.Equal((keepAlive, seconds), (settings.TcpKeepAlive, settings.TcpKeepAliveTime));
    }

    [Theory]
    [InlineData("Host=db", true)]
    [InlineData("Database=oauth", false)]
    [InlineData("", false)]
    [InlineData("Host=db;Colour=red", false)]
    [InlineData("Host=db;Port=x", false)]
    public void A_connection_string_needs_a_host_and_words_that_exist(string given, bool readable) =>
        Assert.Equal(readable, IsRight(new() { ConnectionString = given }));

    [Theory]
    [InlineData("Host=db", 64, 5, 5, -1)]
    [InlineData("Host=db;Max Auto Prepare=0", 0, 5, 5, -1)]
    [InlineData("Host=db;MaxAutoPrepare=20;Timeout=2;Command Timeout=20", 20, 2, 20, -1)]
    [InlineData("Host=db;CommandTimeout=7;Cancellation Timeout=100", 64, 5, 7, 100)]
    public async Task What_the_connection_string_says_stands(
        string given, int prepared, int connect, int answer, int cancel)
    {
        var settings = await SettingsAsync(given);
        Assert.Equal(
            (prepared, connect, answer, cancel),
            (settings.MaxAutoPrepare, settings.Timeout, settings.CommandTimeout, settings.CancellationTimeout));
    }

    [Theory]
    [InlineData(null, "pooler", true)]
    [InlineData("Host=db", "db", true)]
    [InlineData("Colour=red", null, false)]
    [InlineData("", null, false)]
    public void Notifications_may_have_a_connection_string_of_their_own(string? listen, string? host, bool readable)
    {
        var options = new DatabaseOptions { ConnectionString = "Host=pooler", ListenConnectionString = listen };
        Assert.Equal(readable, IsRight(options));
        if (!readable) return;
        Assert.Equal((host, false), (options.ListenSettings().Host, options.ListenSettings().Pooling));
    }

    private static bool IsRight(DatabaseOptions options) =>
        new DatabaseOptionsValidator().Validate(null, options).Succeeded;

    private static async Task<NpgsqlConnectionStringBuilder> SettingsAsync(string given)
    {
        await using var connections = new DatabaseOptions { ConnectionString = given }.CreateDataSource();
        return new(connections.ConnectionString);
    }
}
