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
        Assert.Equal(readable, DatabaseOptions.IsReadable(new() { ConnectionString = given }));

    private static async Task<NpgsqlConnectionStringBuilder> SettingsAsync(string given)
    {
        await using var connections = new DatabaseOptions { ConnectionString = given }.CreateDataSource();
        return new(connections.ConnectionString);
    }
}
