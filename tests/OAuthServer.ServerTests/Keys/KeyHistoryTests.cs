using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// The history of signing keys is written without anybody asking for it, also after an outage of the database.
/// </summary>
public sealed class KeyHistoryTests
{
    private const string Failed = "The history of signing keys was not written";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPoll = new SigningKeyOptions().SeenWithin();

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly CollectedLog _log = new();

    [Fact]
    public async Task An_instance_notes_its_keys_by_itself()
    {
        await using var server = await StartAsync();
        Assert.Empty(await EventsAsync(server));

        await PassUntilAsync(async () => (await EventsAsync(server)).Count == 2, "the key is noted");

        var key = server.Services.GetRequiredService<KeyRing>().Current!.Signing.KeyId;
        Assert.Equal([$"signing_key_published {key}", $"signing_key_signs {key}"], await EventsAsync(server));
    }

    [Fact]
    public async Task A_round_that_fails_is_logged_and_the_next_one_writes()
    {
        await using var server = await StartAsync();
        await server.Database.ExecuteAsync("ALTER TABLE oauth_signing_keys RENAME TO oauth_signing_keys_away");
        await PassUntilAsync(() => Task.FromResult(_log.Events.Any(IsFailure)), "a round has failed");
        Assert.Empty(await EventsAsync(server));

        await server.Database.ExecuteAsync("ALTER TABLE oauth_signing_keys_away RENAME TO oauth_signing_keys");

        await PassUntilAsync(async () => (await EventsAsync(server)).Count == 2, "the key is noted");
    }

    private static bool IsFailure(string line) => line.StartsWith(Failed, StringComparison.Ordinal);

    private Task<TestServer> StartAsync() => TestServer.StartAsync(new()
    {
        Services = services => services.AddSingleton<TimeProvider>(_clock).AddSingleton<ILogEventSink>(_log),
    });

    private Task PassUntilAsync(Func<Task<bool>> condition, string what) => Eventually.BecomesTrue(
        () =>
        {
            _clock.Advance(LongestPoll);
            return condition();
        },
        Patience,
        what);

    private static async Task<IReadOnlyList<string>> EventsAsync(TestServer server)
    {
        var rows = await server.Database.QueryAsync(
            "SELECT event || ' ' || kid AS line FROM oauth_audit_events WHERE kid IS NOT NULL ORDER BY id");
        return [.. rows.Select(row => (string)row["line"]!)];
    }
}
