using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage.Sweeping;

/// <summary>How long a statement of the sweeper may take, by the database and by the driver.</summary>
public sealed class SweepLimitTests : IAsyncLifetime
{
    private static readonly SweptTable Families = SweptTable.RefreshTokens(TimeSpan.FromDays(1));

    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>The driver waits five seconds more than the database, which so is the one that ends it.</summary>
    [Theory]
    [InlineData(0.25, "250ms", 5)]
    [InlineData(7, "7000ms", 12)]
    public async Task The_database_ends_a_statement_before_the_driver_would(double limit, string told, int driver)
    {
        await using var connections = NpgsqlDataSource.Create(_database.ConnectionString);
        var seen = new Seen();
        var options = new DbContextOptionsBuilder<OAuthDbContext>().AddInterceptors(seen);
        OAuthDatabase.Configure(options, connections, new StatementsUnderWay());
        var sweeps = new Sweeps(new Contexts(options.Options));

        await sweeps.DeleteAsync(Families, 10, null, TimeSpan.FromSeconds(limit), Ct);
        await sweeps.CountAsync(Families, 10, TimeSpan.FromSeconds(limit), Ct);

        Assert.Equal(4, seen.Commands.Count);
        Assert.All(seen.Commands, command => Assert.Equal(driver, command.Timeout));
        Assert.Equal([told, told], seen.Commands.Select(command => command.First).Where(value => value is string));
    }

    [Fact]
    public async Task No_commit_of_it_waits_for_the_disk_and_other_sessions_are_as_before()
    {
        await using var contexts = OAuthDatabase.Open(_database.ConnectionString
            + ";Maximum Pool Size=1;No Reset On Close=true;Options=-c synchronous_commit=on");
        await new Sweeps(contexts).DeleteAsync(Families, 10, null, TimeSpan.FromSeconds(3), Ct);

        await using var db = contexts.CreateDbContext();
        Assert.Equal("on", (await db.Database.SqlQuery<string>($"SHOW synchronous_commit").ToListAsync(Ct)).Single());
        Assert.Equal("0", (await db.Database.SqlQuery<string>($"SHOW statement_timeout").ToListAsync(Ct)).Single());
    }

    [Fact]
    public async Task A_batch_says_how_many_it_found_and_goes_on_where_the_last_one_ended()
    {
        await _database.AddFamiliesAsync(5, TimeSpan.FromDays(3));
        var sweeps = new Sweeps(_database.Contexts);

        Assert.Equal(3, await sweeps.CountAsync(Families, 3, TimeSpan.FromSeconds(3), Ct));
        var first = await sweeps.DeleteAsync(Families, 2, null, TimeSpan.FromSeconds(3), Ct);
        var next = await sweeps.DeleteAsync(Families, 2, first.Last, TimeSpan.FromSeconds(3), Ct);
        var last = await sweeps.DeleteAsync(Families, 2, next.Last, TimeSpan.FromSeconds(3), Ct);
        var none = await sweeps.DeleteAsync(Families, 2, last.Last, TimeSpan.FromSeconds(3), Ct);

        Assert.Equal(
            [(2, 2), (2, 2), (1, 1), (0, 0)],
            new[] { first, next, last, none }.Select(batch => (batch.Found, batch.Removed)));
        Assert.True(first.Last < next.Last && next.Last < last.Last);
        Assert.Null(none.Last);
    }

    /// <summary>The moment at which the last statement ended is looked at again, and nothing before it.</summary>
    [Theory]
    [InlineData("0 seconds", 1)]
    [InlineData("1 microsecond", 0)]
    public async Task What_lies_before_the_place_is_not_read_again(string after, int found)
    {
        await _database.AddFamiliesAsync(1, TimeSpan.FromDays(3));
        var from = await _database.ScalarAsync<DateTime>(
            $"SELECT sweep_at + interval '{after}' FROM oauth_refresh_tokens");

        Assert.Equal(
            found,
            (await new Sweeps(_database.Contexts).DeleteAsync(Families, 2, from, TimeSpan.FromSeconds(3), Ct)).Found);
    }

    private sealed class Contexts(DbContextOptions<OAuthDbContext> options) : IDbContextFactory<OAuthDbContext>
    {
        public OAuthDbContext CreateDbContext() => new(options);
    }

    private sealed class Seen : DbCommandInterceptor
    {
        public List<(int Timeout, object? First)> Commands { get; } = [];

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result,
            CancellationToken cancellationToken = default)
        {
            Note(command);
            return base.NonQueryExecutingAsync(command, eventData, result, cancellationToken);
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            Note(command);
            return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
        }

        private void Note(DbCommand command) => Commands.Add((command.CommandTimeout, command.Parameters[0].Value));
    }
}
