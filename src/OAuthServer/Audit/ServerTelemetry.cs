using System.Diagnostics;
using System.Diagnostics.Metrics;
using OAuthServer.Protocol;

namespace OAuthServer.Audit;

/// <summary>
/// What this server counts, times and traces by itself. While nobody listens nothing is written and no clock is read,
/// so that a token request pays a few comparisons. Every tag is a word of this source (an endpoint, a grant, an error,
/// a reason), never what a caller sent: the number of series is bounded, and none holds a secret.
/// </summary>
/// <param name="meter">The meter of <see cref="Name"/>; its owner disposes of it.</param>
/// <param name="clock">Measures durations.</param>
internal sealed class ServerTelemetry(Meter meter, TimeProvider clock) : IDisposable
{
    /// <summary>The name of the meter and of the source of spans.</summary>
    public const string Name = "OAuthServer";

    private const string Unavailable = "temporarily_unavailable";
    private const string Limited = "too_many_requests";
    private const string Failed = "server_error";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly ActivitySource _spans = new(Name);

    private readonly Counter<long> _requests = meter.CreateCounter<long>(
        "oauth.server.requests", "{request}", "Requests that were answered, by what came of them.");

    private readonly Counter<long> _reuses = meter.CreateCounter<long>(
        "oauth.server.reuse.detections",
        "{detection}",
        "Codes and refresh tokens that were presented again; everything that came from them was withdrawn.");

    private readonly Counter<long> _repeats = meter.CreateCounter<long>(
        "oauth.server.refresh.repeats",
        "{repeat}",
        "Refreshes that were sent again inside the retry window and got the same successor.");

    private readonly Counter<long> _keyFetches = meter.CreateCounter<long>(
        "oauth.server.client_keys.fetches", "{fetch}", "Fetches of keys that clients publish at their jwks_uri.");

    private readonly Counter<long> _logouts = meter.CreateCounter<long>(
        "oauth.server.logout.notices", "{try}", "Tries to tell an app that a session is over, by what came of them.");

    private readonly Counter<long> _mails = meter.CreateCounter<long>(
        "oauth.server.mail.tries",
        "{try}",
        "Tries to send a mail, and mails that were not sent, by what came of them.");

    private readonly Histogram<double> _secretChecks = meter.CreateHistogram(
        "oauth.server.secret_check.duration",
        "s",
        "Time to check a client's secret, with the wait for a turn.",
        null,
        Seconds);

    private readonly Histogram<double> _signatures = meter.CreateHistogram(
        "oauth.server.signing.duration", "s", "Time to make and sign an access token.", null, Seconds);

    /// <summary>Counts a request that got what it asked for.</summary>
    /// <param name="grant">The grant type, where there is one.</param>
    public void Granted(string endpoint, string? grant = null)
    {
        if (!_requests.Enabled) return;
        var tags = new TagList { { "oauth.endpoint", endpoint }, { "oauth.outcome", "granted" } };
        if (Known(grant) is { } known) tags.Add("oauth.grant_type", known);
        _requests.Add(1, tags);
    }

    /// <param name="error">The answer's error, with the private reason.</param>
    public void Refused(string endpoint, OAuthError error)
    {
        if (!_requests.Enabled) return;
        var tags = new TagList
        {
            { "oauth.endpoint", endpoint },
            { "oauth.outcome", OutcomeOf(error) },
            { "oauth.error", error.Code },
            { "oauth.reason", error.Reason },
        };
        if (Known(error.GrantType) is { } known) tags.Add("oauth.grant_type", known);
        _requests.Add(1, tags);
    }

    public void CodeReused() => _reuses.Add(1, Tag("oauth.credential", "code"));

    /// <summary>Counts a refresh token that was presented again after its successor was due.</summary>
    public void RefreshTokenReused() => _reuses.Add(1, Tag("oauth.credential", "refresh_token"));

    /// <summary>Counts a repeated refresh, by what differs from the first. Addresses are in the audit log.</summary>
    public void RefreshRepeated(bool otherAddress, bool otherDevice) => _repeats.Add(
        1, Tag("oauth.other_address", Word(otherAddress)), Tag("oauth.other_device", Word(otherDevice)));

    /// <summary>Counts a fetch of the keys of a client.</summary>
    public void ClientKeysFetched(bool succeeded) =>
        _keyFetches.Add(1, Tag("oauth.result", succeeded ? "fetched" : "failed"));

    /// <summary>Counts a try to tell an app that a session is over.</summary>
    /// <param name="result">What came of it, a word of ours.</param>
    public void LogoutTold(string result) => _logouts.Add(1, Tag("oauth.result", result));

    /// <summary>Counts a try to send a mail, or a mail that is not sent.</summary>
    /// <param name="kind">The template, a word of ours.</param>
    /// <param name="result">What came of it, a word of ours.</param>
    public void Mailed(string kind, string result) =>
        _mails.Add(1, Tag("oauth.mail", kind), Tag("oauth.result", result));

    /// <summary>When a secret check began, for <see cref="SecretChecked"/>; 0 while nobody listens.</summary>
    public long SecretCheckBegins() => _secretChecks.Enabled ? clock.GetTimestamp() : 0;

    /// <param name="began">From <see cref="SecretCheckBegins"/>.</param>
    /// <param name="by">What answered: <c>memory</c> or <c>bcrypt</c>.</param>
    /// <param name="result">What it said.</param>
    public void SecretChecked(long began, string by, string result)
    {
        if (began == 0) return;
        _secretChecks.Record(Elapsed(began), Tag("oauth.check", by), Tag("oauth.result", result));
    }

    /// <summary>When signing began, for <see cref="Signed"/>; 0 while nobody listens.</summary>
    public long SigningBegins() => _signatures.Enabled ? clock.GetTimestamp() : 0;

    public void Signed(long began)
    {
        if (began != 0) _signatures.Record(Elapsed(began));
    }

    /// <summary>Begins a span inside the request's; null while nobody listens. Dispose of it to end it.</summary>
    public Activity? Span(string name) => _spans.StartActivity(name);

    public void Dispose() => _spans.Dispose();

    // A caller chooses the grant type of its request, and must not choose a tag.
    private static string? Known(string? grant) =>
        grant is GrantTypes.AuthorizationCode or GrantTypes.RefreshToken ? grant : null;

    private static string OutcomeOf(OAuthError error) => error.Code switch
    {
        Limited => "limited",
        Unavailable => "unavailable",
        Failed => "failed",
        _ => "refused",
    };

    private static string Word(bool fact) => fact ? "yes" : "no";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private double Elapsed(long began) => clock.GetElapsedTime(began).TotalSeconds;
}
