using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Audit;

/// <summary>A sealer whose database fails: what it says, and whether it goes on.</summary>
public sealed class SealerFailureTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordedLog<AuditSealer> _log = new();
    private TestServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        // From here on the key has its row, so that a round goes straight to the seals.
        await _server.SealAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_failure_of_the_database_is_logged_and_the_next_round_is_tried()
    {
        await _server.Database.ExecuteAsync("ALTER TABLE oauth_audit_seals RENAME TO seals_away");
        using var sealer = await StartAsync(_server.Database.Contexts);

        await EventuallyLoggedAsync(2);
        await _server.Database.ExecuteAsync("ALTER TABLE seals_away RENAME TO oauth_audit_seals");
        await _server.Database.AddEventsAsync(1);
        await Eventually.BecomesTrue(
            async () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(2));
                return await _server.Database.CountAsync("oauth_audit_seals") > 1;
            },
            Patience,
            "what was written meanwhile is sealed");

        Assert.All(_log.Of(6102), line => Assert.Contains("oauth_audit_seals", line, StringComparison.Ordinal));
        await sealer.StopAsync(Ct);
        Assert.True(sealer.ExecuteTask!.IsCanceled);
    }

    [Fact]
    public async Task A_seal_is_told_with_what_it_covers()
    {
        await _server.Database.AddEventsAsync(3);
        using var sealer = Sealer(_server.Database.Contexts);

        await sealer.RunAsync(Ct);

        var seal = Assert.Single(
            await _server.Database.QueryAsync("SELECT * FROM oauth_audit_seals WHERE sequence = 2"));
        Assert.Equal(
            [
                $"Audit seal 2: 3 rows, ids 3 to 5, hash {Convert.ToHexStringLower((byte[])seal["hash"]!)}, key "
                    + $"{seal["kid"]}.",
            ], _log.Of(6101));
    }

    [Fact]
    public async Task Any_other_failure_ends_it()
    {
        using var sealer = await StartAsync(new Broken());

        await Eventually.BecomesTrue(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(2));
                return Task.FromResult(sealer.ExecuteTask!.IsFaulted);
            },
            Patience,
            "the sealer has ended");

        Assert.IsType<InvalidOperationException>(sealer.ExecuteTask!.Exception!.InnerException);
        Assert.Empty(_log.Of(6102));
    }

    [Fact]
    public async Task While_the_server_stops_nothing_is_said()
    {
        var stopping = new StoppedMidway();
        using var sealer = await StartAsync(stopping);
        await Eventually.BecomesTrue(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(2));
                return Task.FromResult(stopping.IsAsked);
            },
            Patience,
            "a round has begun");

        await sealer.StopAsync(Ct);

        Assert.Empty(_log.Of(6102));
    }

    [Fact]
    public async Task A_writer_that_does_not_end_holds_a_round_up_which_is_told()
    {
        var seals = await _server.Database.CountAsync("oauth_audit_seals");
        await using var connection = await _server.Database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var late = connection.CreateCommand())
        {
            late.CommandText = "INSERT INTO oauth_audit_events (event) VALUES ('sign_in')";
            await late.ExecuteNonQueryAsync(Ct);
        }

        await _server.Database.AddEventsAsync(1);
        using var sealer = Sealer(_server.Database.Contexts);
        var round = sealer.RunAsync(Ct);
        await Eventually.BecomesTrue(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(round.IsCompleted);
            },
            Patience,
            "the round is given up");

        await round;
        Assert.Equal(
            [
                "Sealing audit rows waits for 1 transactions that have been writing to oauth_audit_events for long; "
                    + "the next round tries again.",
            ],
            _log.Of(6103));
        Assert.Equal(seals, await _server.Database.CountAsync("oauth_audit_seals"));
    }

    private async Task<AuditSealer> StartAsync(IDbContextFactory<OAuthDbContext> contexts)
    {
        var sealer = Sealer(contexts);
        await sealer.StartAsync(Ct);
        return sealer;
    }

    private AuditSealer Sealer(IDbContextFactory<OAuthDbContext> contexts) => new(
        new AuditSeals(contexts),
        _server.Services.GetRequiredService<KeyHistory>(),
        _server.Services.GetRequiredService<SealMark>(),
        Options.Create(new AuditOptions()),
        _clock,
        _log);

    private Task EventuallyLoggedAsync(int rounds) => Eventually.BecomesTrue(
        () =>
        {
            _clock.Advance(TimeSpan.FromMinutes(2));
            return Task.FromResult(_log.Of(6102).Count >= rounds);
        },
        Patience,
        "the failure is logged");

    private sealed class Broken : IDbContextFactory<OAuthDbContext>
    {
        public OAuthDbContext CreateDbContext() => throw new InvalidOperationException("a bug");
    }

    // A round that the stop of the server cuts short, with what Npgsql throws then.
    private sealed class StoppedMidway : IDbContextFactory<OAuthDbContext>
    {
        private volatile bool _isAsked;

        public bool IsAsked => _isAsked;

        public OAuthDbContext CreateDbContext() => throw new NotSupportedException();

        public async Task<OAuthDbContext> CreateDbContextAsync(CancellationToken cancellationToken)
        {
            _isAsked = true;
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new Npgsql.NpgsqlException("cut short");
            }

            return CreateDbContext();
        }
    }
}
