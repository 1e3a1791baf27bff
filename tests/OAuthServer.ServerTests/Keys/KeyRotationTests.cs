using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>The life of a key at the server: pending, current, previous, gone; no token breaks (RFC 9068 §4).</summary>
[JudgesDeployment]
public sealed class KeyRotationTests : IAsyncLifetime
{
    private static readonly TimeSpan PollAtMost = TimeSpan.FromMinutes(5.6);

    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("oauthserver-rotation-");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Dictionary<string, string> _lastOf = [];
    private TestServer _server = null!;
    private string _refreshToken = "";

    public async ValueTask InitializeAsync()
    {
        KeyFolder.Fill(_keys.FullName);
        _server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["SigningKeys:Directory"] = _keys.FullName },
            Services = services => services.AddSingleton<TimeProvider>(_clock),
        });
        _refreshToken = (await _server.TokensAsync()).RefreshToken!;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    [Fact]
    [Row("KEY-03")]
    public async Task Rotation_breaks_no_token()
    {
        var early = await Verifier.StartAsync(_server, _clock);
        var old = Kid(await TokenAsync());

        // Published first; the old key goes on signing, and no hand can hurry it.
        Assert.Equal(0, await KeysAsync("generate"));
        await PollUntilAsync(published => published.Count == 2);
        var next = (await PublishedAsync()).Single(kid => kid != old);
        Assert.Equal(old, Kid(await TokenAsync()));
        Assert.Equal(1, await KeysAsync("promote"));
        for (var hour = 0; hour < 25; hour++) await AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(old, Kid(await TokenAsync()));

        // This verifier takes the keys at the last moment before the change, and keeps them for as long as it may.
        Assert.Equal(0, await KeysAsync("promote"));
        var late = early;
        await Eventually.BecomesTrue(async () =>
        {
            if (Kid(await TokenAsync()) == next) return true;
            late = await Verifier.StartAsync(_server, _clock);
            _clock.Advance(TimeSpan.FromSeconds(20));
            return false;
        }, TimeSpan.FromSeconds(20), "the new key signs");
        var (before, after) = (_lastOf[old], _lastOf[next]);

        await late.AcceptsAsync(before, after);
        Assert.Equal(1, late.Fetches);
        await early.AcceptsAsync(before, after);
        Assert.InRange(early.Fetches, 1, 2);

        // Both stay listed until the last old token has expired, whoever asks; then the old one goes.
        var expiry = new JsonWebToken(before).ValidTo;
        while (_clock.GetUtcNow().UtcDateTime < expiry)
        {
            Assert.Equal([next, old], await PublishedAsync());
            await AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        await PollUntilAsync(published => published.SequenceEqual([next]));
        Assert.True(_clock.GetUtcNow().UtcDateTime > expiry);
        // A token that has expired is nobody's concern any more (RFC 7009 §2.2).
        (await _server.RevokeAsync(before)).IsDone();
        Assert.False(await _server.IsRevokedAsync(before));
    }

    private static string Kid(string token) => new JsonWebToken(token).Kid;

    private async Task<string> TokenAsync()
    {
        var reply = (await _server.RefreshAsync(_refreshToken)).IsTokens();
        _refreshToken = reply.RefreshToken!;
        _lastOf[Kid(reply.AccessToken!)] = reply.AccessToken!;
        return reply.AccessToken!;
    }

    private async Task<IReadOnlyList<string>> PublishedAsync()
    {
        var keys = new JsonWebKeySet(
            await _server.Http.GetStringAsync(
                new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken));
        return [.. keys.Keys.Select(key => key.Kid)];
    }

    // The refresher sets its next wait only after it has read the files, so time goes on in small steps.
    private async Task AdvanceAsync(TimeSpan by)
    {
        _clock.Advance(by);
        await PublishedAsync();
    }

    private Task PollUntilAsync(Func<IReadOnlyList<string>, bool> condition) => Eventually.BecomesTrue(
        async () =>
        {
            if (condition(await PublishedAsync())) return true;
            _clock.Advance(PollAtMost);
            return false;
        }, TimeSpan.FromSeconds(20), "the published keys change");

    private async Task<int> KeysAsync(string what)
    {
        var commands = new CommandLine
        {
            Settings =
            {
                ["SigningKeys:Source"] = "File",
                ["SigningKeys:Directory"] = _keys.FullName,
                ["ConnectionStrings:OAuthServer"] = _server.Database.ConnectionString,
            },
            Clock = _clock,
        };
        return (await commands.RunAsync(["keys", what], TestContext.Current.CancellationToken)).Code;
    }

    /// <summary>
    /// An API that keeps the JWK Set for its full max-age, and may fetch it once more for a key it does not know.
    /// </summary>
    private sealed class Verifier(TestServer server, TimeProvider clock)
    {
        private JsonWebKeySet _keys = new();
        private DateTimeOffset _freshUntil;

        public int Fetches { get; private set; }

        public static async Task<Verifier> StartAsync(TestServer server, TimeProvider clock)
        {
            var verifier = new Verifier(server, clock);
            await verifier.FetchAsync();
            return verifier;
        }

        public async Task AcceptsAsync(params string[] tokens)
        {
            foreach (var token in tokens)
            {
                if (_freshUntil <= clock.GetUtcNow() || !_keys.Keys.Any(key => key.Kid == Kid(token)))
                    await FetchAsync();
                var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
                {
                    ValidIssuer = TestServer.Issuer,
                    ValidAudience = TestServer.Issuer,
                    ValidTypes = ["at+jwt"],
                    IssuerSigningKeys = _keys.GetSigningKeys(),
                    LifetimeValidator = (_, expires, _, _) => expires > clock.GetUtcNow().UtcDateTime,
                });
                Assert.True(result.IsValid, result.Exception?.Message);
            }
        }

        private async Task FetchAsync()
        {
            using var answer = await server.Http.GetAsync(
                new Uri("/.well-known/jwks.json", UriKind.Relative), TestContext.Current.CancellationToken);
            _keys = new JsonWebKeySet(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            _freshUntil = clock.GetUtcNow() + answer.Headers.CacheControl!.MaxAge!.Value;
            Fetches++;
        }
    }
}
