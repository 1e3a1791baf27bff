using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Audit;

/// <summary>What is written while somebody listens, and that nothing is while nobody does.</summary>
public sealed class ServerTelemetryTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly CountingClock _clock = new();
    private readonly ServerTelemetry _telemetry;
    private readonly List<string> _measured = [];

    public ServerTelemetryTests() => _telemetry = new(_meter, _clock);

    public void Dispose()
    {
        _telemetry.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void While_nobody_listens_no_clock_is_read_and_what_began_so_is_never_written()
    {
        var (check, signing) = (_telemetry.SecretCheckBegins(), _telemetry.SigningBegins());
        Assert.Equal((0, 0, 0), (check, signing, _clock.Reads));

        using var listener = Listen();
        _telemetry.SecretChecked(check, "bcrypt", "right");
        _telemetry.Signed(signing);
        Assert.Empty(_measured);
    }

    [Fact]
    public void Durations_are_in_seconds()
    {
        using var listener = Listen();
        var (check, signing) = (_telemetry.SecretCheckBegins(), _telemetry.SigningBegins());
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        _telemetry.SecretChecked(check, "memory", "wrong");
        _telemetry.Signed(signing);

        Assert.Equal(
            [
                "oauth.server.secret_check.duration 0.25 oauth.check=memory oauth.result=wrong",
                "oauth.server.signing.duration 0.25 ",
            ],
            _measured);
    }

    [Theory]
    [InlineData("authorization_code", " oauth.grant_type=authorization_code")]
    [InlineData("refresh_token", " oauth.grant_type=refresh_token")]
    [InlineData("password", "")]
    [InlineData(null, "")]
    public void A_callers_own_word_becomes_no_tag(string? grant, string tag)
    {
        using var listener = Listen();
        _telemetry.Granted("token", grant);

        Assert.Equal([$"oauth.server.requests 1 oauth.endpoint=token{tag} oauth.outcome=granted"], _measured);
    }

    [Theory]
    [InlineData("too_many_requests", "limited")]
    [InlineData("temporarily_unavailable", "unavailable")]
    [InlineData("server_error", "failed")]
    [InlineData("invalid_grant", "refused")]
    public void An_error_has_an_outcome(string code, string outcome)
    {
        using var listener = Listen();
        _telemetry.Refused("token", OAuthError.InvalidRequest("", "why") with { Code = code });

        Assert.Equal(
            [
                $"oauth.server.requests 1 oauth.endpoint=token oauth.error={code} oauth.outcome={outcome} "
                    + "oauth.reason=why",
            ],
            _measured);
    }

    [Fact]
    public void Each_reuse_counts_once()
    {
        using var listener = Listen();
        _telemetry.CodeReused();
        _telemetry.RefreshTokenReused();

        Assert.Equal(
            [
                "oauth.server.reuse.detections 1 oauth.credential=code",
                "oauth.server.reuse.detections 1 oauth.credential=refresh_token",
            ],
            _measured);
    }

    private MeterListener Listen()
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter)) to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(Keep);
        listener.SetMeasurementEventCallback<double>(Keep);
        listener.Start();
        return listener;
    }

    private void Keep<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var told = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal);
        _measured.Add(FormattableString.Invariant($"{instrument.Name} {value} {string.Join(' ', told)}"));
    }

    private sealed class CountingClock : FakeTimeProvider
    {
        public int Reads { get; private set; }

        public override long GetTimestamp()
        {
            Reads++;
            return base.GetTimestamp();
        }
    }
}
