using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Audit;
using OAuthServer.Clients.RemoteKeys;
using OAuthServer.Outgoing;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Clients.RemoteKeys;

/// <summary>
/// When the keys of a client are fetched, and for how long they are good, told by a clock of the test.
/// </summary>
public sealed class RemoteKeySetTests : IDisposable
{
    private const string Address = "https://keys.example/jwks?token=s3cret-mark";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly ServerTelemetry _telemetry = new(new Meter(ServerTelemetry.Name), TimeProvider.System);
    private readonly RecordedLog<KeySetFetcher> _log = new();
    private readonly Answers _answers = new();
    private readonly RemoteKeySets _sets;
    private readonly AppKey _key = AppKey.Create("ES256", "one");

    public RemoteKeySetTests()
    {
        var options = Options.Create(new RemoteKeyOptions());
        _sets = new(new KeySetFetcher(_answers, options, _telemetry, _clock, _log), options, _clock);
        _answers.Text = _key.Jwks;
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private RemoteKeySet Set => _sets.Of(Address);

    public void Dispose()
    {
        _sets.Dispose();
        _telemetry.Dispose();
        _answers.Dispose();
        _key.Dispose();
    }

    [Fact, Row("PKJ-09")]
    public async Task Keys_are_fetched_once_for_half_their_time_and_then_beside_the_requests()
    {
        Assert.Equal("one", (await IdsAsync()).Single());
        _clock.Advance(TimeSpan.FromSeconds(149));
        await IdsAsync();
        Assert.Equal(1, _answers.Count);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(await IdsAsync());
        await UntilAsync(() => _answers.Count == 2);
        _clock.Advance(TimeSpan.FromSeconds(149));
        Assert.Single(await IdsAsync());
        Assert.Equal(2, _answers.Count);
    }

    [Fact, Row("PKJ-11")]
    public async Task A_set_that_cannot_be_fetched_again_is_good_until_its_time_is_over()
    {
        await IdsAsync();
        _answers.Status = HttpStatusCode.ServiceUnavailable;
        _clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Single(await IdsAsync());
        await UntilAsync(() => _answers.Count == 2 && _log.Lines.Count == 1);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await IdsAsync());
    }

    [Fact, Row("PKJ-11")]
    public async Task After_a_failure_it_is_tried_again_every_five_seconds()
    {
        _answers.Status = HttpStatusCode.NotFound;
        for (var i = 0; i < 10; i++) Assert.Empty(await IdsAsync());
        Assert.Equal(1, _answers.Count);
        _clock.Advance(TimeSpan.FromSeconds(5));
        _answers.Status = HttpStatusCode.OK;
        Assert.Single(await IdsAsync());
        Assert.Equal(2, _answers.Count);
    }

    [Fact, Row("PKJ-11")]
    public async Task For_an_unknown_key_it_is_fetched_again_once_in_a_pause()
    {
        var keys = (await Set.GetAsync(Ct))!;
        for (var i = 0; i < 10; i++) Assert.Null(await Set.NewerAsync(keys, Ct));
        Assert.Equal(1, _answers.Count);

        _clock.Advance(TimeSpan.FromSeconds(30));
        using var next = AppKey.Create("ES256", "two");
        _answers.Text = next.Jwks;
        var newer = await Set.NewerAsync(keys, Ct);
        Assert.Equal("two", newer!.Keys.Single().Id);
        Assert.Equal(2, _answers.Count);
        // Whoever still holds the old set gets the new one without a fetch.
        Assert.Same(newer, await Set.NewerAsync(keys, Ct));
        Assert.Null(await Set.NewerAsync(newer, Ct));
        Assert.Equal(2, _answers.Count);
    }

    [Fact, Row("PKJ-11")]
    public async Task A_failed_fetch_for_an_unknown_key_leaves_the_known_ones()
    {
        var keys = (await Set.GetAsync(Ct))!;
        _clock.Advance(TimeSpan.FromSeconds(30));
        _answers.Text = "no set";
        Assert.Null(await Set.NewerAsync(keys, Ct));
        Assert.Same(keys, await Set.GetAsync(Ct));
    }

    [Fact]
    public async Task A_fetch_goes_on_when_the_request_that_began_it_is_given_up()
    {
        _answers.Hold();
        using var gone = new CancellationTokenSource();
        var first = Set.GetAsync(gone.Token).AsTask();
        await UntilAsync(() => _answers.Count == 1);
        var second = Set.GetAsync(Ct).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _answers.Release();
        Assert.NotNull(await second);
        Assert.Equal(1, _answers.Count);
    }

    [Fact, Row("PKJ-09")]
    public async Task A_fetch_that_takes_too_long_is_given_up()
    {
        _answers.Hold();
        var asking = IdsAsync();
        await UntilAsync(() => _answers.Count == 1);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(await asking);
        Assert.Contains("took longer than 00:00:05", Assert.Single(_log.Of(1211)), StringComparison.Ordinal);
    }

    [Theory, Row("PKJ-09")]
    [InlineData(200, "{}", "it is no JWK Set")]
    [InlineData(302, "{}", "it answers 302")]
    [InlineData(404, "{}", "it answers 404")]
    public async Task The_log_says_why_and_shows_nothing_of_what_was_there(int status, string text, string cause)
    {
        (_answers.Status, _answers.Text) = ((HttpStatusCode)status, text);
        Assert.Empty(await IdsAsync());
        var line = Assert.Single(_log.Of(1211));
        Assert.Contains(cause, line, StringComparison.Ordinal);
        Assert.Contains("https://keys.example/jwks?…", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-mark", line, StringComparison.Ordinal);
    }

    [Theory, Row("PKJ-09")]
    [InlineData("http://keys.example/jwks")]
    [InlineData("https://")]
    [InlineData("https://[::1")]
    [InlineData("file:///etc/passwd")]
    public async Task What_is_no_https_address_is_not_asked(string address)
    {
        Assert.Null(await _sets.Of(address).GetAsync(Ct));
        Assert.Equal(0, _answers.Count);
    }

    [Fact, Row("PKJ-09")]
    public async Task The_largest_set_has_64_KB()
    {
        _answers.Text = _key.Jwks + new string(' ', KeySetFetcher.LargestAnswer - _key.Jwks.Length);
        Assert.Single(await IdsAsync());
        _answers.Text += " ";
        Assert.Null(await _sets.Of("https://other.example/").GetAsync(Ct));
        Assert.Contains("larger than 65536 bytes", Assert.Single(_log.Of(1211)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_handler_follows_nothing_and_sends_nothing_of_ours()
    {
        using var handler = GuardedHttp.CreateHandler(new AddressRules([], []));
        Assert.False(handler.AllowAutoRedirect || handler.UseCookies || handler.UseProxy);
        Assert.Null(handler.ActivityHeadersPropagator);
        Assert.Equal(DecompressionMethods.None, handler.AutomaticDecompression);
    }

    private static Task UntilAsync(Func<bool> holds) =>
        Eventually.BecomesTrue(() => Task.FromResult(holds()), TimeSpan.FromSeconds(10), "the fetch is over");

    private async Task<IReadOnlyList<string?>> IdsAsync() =>
        await Set.GetAsync(Ct) is { } keys ? [.. keys.Keys.Select(key => key.Id)] : [];

    private sealed class Answers : HttpMessageHandler, IHttpClientFactory
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;
        private bool _held;

        public int Count => Volatile.Read(ref _count);

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string Text { get; set; } = "";

        public void Hold() => _held = true;

        public void Release() => _released.SetResult();

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            if (_held) await _released.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Text)) };
        }
    }
}
