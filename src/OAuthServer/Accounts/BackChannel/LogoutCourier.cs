using System.Globalization;
using System.Net;
using OAuthServer.Audit;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>
/// Tells one app of one session (OpenID Connect Back-Channel Logout §2.5, §2.8), and notes what came of it. The
/// address was chosen by whoever registered the app, so it is called with the care of
/// <see cref="Outgoing.GuardedHttp"/>; the answer's status counts and nothing else of it is read.
/// </summary>
internal sealed partial class LogoutCourier(
    IHttpClientFactory http, LogoutTokens tokens, LogoutNotices notices, LogoutRules rules, ServerTelemetry telemetry,
    ILogger<LogoutCourier> logger)
{
    /// <summary>The name of its client in <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "back-channel logout";

    /// <summary>The log events that tell of an app which was not told.</summary>
    internal const int FailedEvent = 6401;
    internal const int RefusedEvent = 6402;
    internal const int GivenUpEvent = 6403;

    /// <summary>One try. Whatever the app does, it ends within the time of one request.</summary>
    /// <param name="notice">What is to be told.</param>
    /// <param name="ct">Ends it when the instance stops; another one takes the notice up then.</param>
    public async Task DeliverAsync(DueNotice notice, CancellationToken ct)
    {
        if (notice.Uri is not { } uri)
        {
            await EndAsync(notice, LogoutOutcomes.Unregistered, null, null);
            return;
        }

        using var span = telemetry.Span("tell an app of a logout");
        var (status, fault) = await TryAsync(notice, uri, ct);
        switch (status)
        {
            case HttpStatusCode.OK or HttpStatusCode.NoContent:
                await EndAsync(notice, LogoutOutcomes.Delivered, null, null);
                return;
            case HttpStatusCode.BadRequest:
                LogRefused(notice.ClientId, RedirectUriText.Show(uri), notice.Jti);
                await EndAsync(notice, LogoutOutcomes.Refused, AuditEventNames.LogoutRefused, "it answered 400");
                return;
            default:
                await FailAsync(notice, uri, fault ?? $"it answered {(int)status!}");
                return;
        }
    }

    private async Task FailAsync(DueNotice notice, string uri, string fault)
    {
        var shown = RedirectUriText.Show(uri);
        if (rules.PauseAfter(notice) is { } pause)
        {
            LogFailed(notice.ClientId, shown, fault, pause);
            telemetry.LogoutTold("failed");
            await notices.PostponeAsync(notice, Jitter.Around(pause), CancellationToken.None);
            return;
        }

        LogGivenUp(notice.ClientId, shown, notice.Tries, fault);
        var detail = string.Create(CultureInfo.InvariantCulture, $"after {notice.Tries} tries: {fault}");
        await EndAsync(notice, LogoutOutcomes.GivenUp, AuditEventNames.LogoutGivenUp, detail);
    }

    private Task EndAsync(DueNotice notice, string outcome, string? @event, string? detail)
    {
        telemetry.LogoutTold(outcome);
        return notices.EndAsync(notice, outcome, @event, detail, CancellationToken.None);
    }

    private async Task<(HttpStatusCode? Status, string? Fault)> TryAsync(
        DueNotice notice, string text, CancellationToken ct)
    {
        if (rules.Read(text) is not { } uri) return (null, "its address is not https");
        if (!tokens.TryMake(notice, out var token)) return (null, "there is no key to sign with");
        using var limit = rules.Limit();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            using var client = http.CreateClient(HttpClientName);
            using var request = new HttpRequestMessage(HttpMethod.Post, uri);
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", token)]);
            using var answer = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (answer.StatusCode, null);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, "it did not answer in time");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, failure.GetBaseException().Message);
        }
    }

    [LoggerMessage(
        FailedEvent, LogLevel.Warning,
        "The app {ClientId} was not told of a logout at {Uri}: {Cause}. It is tried again in {Pause}.")]
    private partial void LogFailed(string clientId, string uri, string cause, TimeSpan pause);

    [LoggerMessage(
        RefusedEvent, LogLevel.Warning, "The app {ClientId} at {Uri} refused the logout token {Jti} (400).")]
    private partial void LogRefused(string clientId, string uri, Guid jti);

    [LoggerMessage(
        GivenUpEvent, LogLevel.Error,
        "The app {ClientId} was not told of a logout at {Uri} in {Tries} tries, the last: {Cause}. It is given up.")]
    private partial void LogGivenUp(string clientId, string uri, int tries, string cause);
}
