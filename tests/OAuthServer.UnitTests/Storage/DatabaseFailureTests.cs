using System.Net.Sockets;
using Npgsql;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Storage;

/// <summary>What a failure of the database means, for a request and for the connections.</summary>
public sealed class DatabaseFailureTests
{
    // SQLSTATE, whether the statement is at fault, whether sessions are spoilt, whether a try again repeats nothing.
    [Theory]
    [InlineData("25006", false, true, false)]
    [InlineData("28000", false, false, false)]
    [InlineData("28P01", false, false, false)]
    [InlineData("3D000", false, false, false)]
    [InlineData("53300", false, false, false)]
    [InlineData("55P03", false, false, false)]
    [InlineData("57014", false, false, false)]
    [InlineData("57P01", false, true, true)]
    [InlineData("57P03", false, true, false)]
    [InlineData("57P05", false, true, true)]
    [InlineData("0A000", false, true, false)]
    [InlineData("26000", false, true, false)]
    [InlineData("08006", false, true, false)]
    [InlineData("XX000", false, true, false)]
    [InlineData("42501", false, false, false)]
    [InlineData("42703", true, false, false)]
    [InlineData("42P01", true, false, false)]
    [InlineData("22021", true, false, false)]
    [InlineData("23505", false, false, false)]
    [InlineData("23514", true, false, false)]
    public void What_PostgreSQL_says_is_an_outage_whatever_it_is(string state, bool fault, bool spoils, bool ended)
    {
        foreach (var said in Wrapped(new PostgresException("no", "ERROR", "ERROR", state)))
        {
            Assert.True(DatabaseFailure.Is(said));
            Assert.Equal(
                (fault, spoils, ended, false),
                (DatabaseFailure.IsFault(said), DatabaseFailure.SpoilsConnections(said),
                    DatabaseFailure.IsEndedSession(said), DatabaseFailure.IsBroken(said)));
        }
    }

    [Fact]
    public void A_connection_that_broke_spoils_the_others_and_leaves_the_outcome_open()
    {
        Exception[] broken = [new SocketException(), new NpgsqlException("read", new EndOfStreamException())];
        foreach (var failure in broken.SelectMany(Wrapped))
            Assert.True(DatabaseFailure.SpoilsConnections(failure) && DatabaseFailure.IsBroken(failure));
    }

    [Theory]
    [InlineData("Npgsql", true)]
    [InlineData("System.Private.CoreLib", false)]
    [InlineData(null, false)]
    public void What_has_no_type_of_its_own_is_known_by_its_origin(string? source, bool known) =>
        Assert.Equal(known, DatabaseFailure.Is(new InvalidOperationException("no") { Source = source }));

    [Fact]
    public void An_answer_that_took_too_long_is_an_outage_that_breaks_nothing_else()
    {
        var slow = new NpgsqlException("read", new TimeoutException());
        Assert.True(DatabaseFailure.Is(slow));
        Assert.False(DatabaseFailure.SpoilsConnections(slow) || DatabaseFailure.IsBroken(slow));
        Assert.False(DatabaseFailure.Is(new TimeoutException()));
    }

    // Alone, and as callers hand it on.
    private static IEnumerable<Exception> Wrapped(Exception failure) =>
        [failure, new InvalidOperationException("save", failure), new AggregateException(failure)];
}
