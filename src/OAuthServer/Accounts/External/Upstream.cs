using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.External;

/// <summary>What a provider answered, and what waits for it.</summary>
internal abstract record UpstreamOutcome(ExternalVisit? Visit)
{
    internal sealed record Known(UpstreamIdentity Identity, ExternalVisit Visit) : UpstreamOutcome(Visit);

    /// <summary>The person went back.</summary>
    internal sealed record Cancelled(ExternalVisit Visit) : UpstreamOutcome(Visit);

    /// <summary>The provider cannot be reached, or is not well.</summary>
    internal sealed record Away(ExternalVisit Visit) : UpstreamOutcome(Visit);

    /// <param name="WasUsed">True when it is right and was used before.</param>
    internal sealed record Wrong(ExternalVisit? Visit, bool WasUsed) : UpstreamOutcome(Visit);
}

/// <summary>
/// Sends people to a provider and reads its answers, by the framework's handlers. What those build from the request,
/// they build from the issuer, whatever host the request names; and together their calls end in time.
/// </summary>
internal sealed partial class Upstream(
    IAuthenticationHandlerProvider handlers,
    ExternalVisits visits,
    ServerAddress address,
    ILookupNormalizer normalizer,
    TimeProvider clock,
    ILogger<Upstream> logger)
{
    /// <summary>Writes the redirect to the provider; false when the provider is away.</summary>
    public async Task<bool> GoAsync(HttpContext http, ExternalProvider provider, ExternalVisit visit)
    {
        // Without one the handlers put the whole address of this request into the state.
        var properties = new OpenIdConnectChallengeProperties { RedirectUri = address.Local(provider.CallbackRoute) };
        properties.Items[UpstreamAnswers.VisitKey] = visits.Begin(http, visit);
        if (visit.AsksAnew)
        {
            // Not every provider knows prompt=login; those that do not know max_age leave it.
            properties.MaxAge = TimeSpan.Zero;
            properties.Prompt = "select_account";
        }

        try
        {
            return await InTimeAsync(http, async () =>
            {
                await http.ChallengeAsync(provider.Scheme, properties);
                http.Response.StatusCode = StatusCodes.Status303SeeOther;
                http.Response.Headers.CacheControl = "no-store";
                return true;
            });
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested && !UpstreamCalls.IsOurs(failure))
        {
            // Whatever it is, the person gets nowhere there.
            LogAway(provider.Name, failure.Message);
            return false;
        }
    }

    /// <summary>Reads the answer that this request brings.</summary>
    public async Task<UpstreamOutcome> ReadAsync(HttpContext http, ExternalProvider provider)
    {
        if (http.Request.Query.Any(parameter => parameter.Value.Count > 1))
            return new UpstreamOutcome.Wrong(null, WasUsed: false);
        if (await handlers.GetHandlerAsync(http, provider.Scheme) is not IUpstreamHandler handler)
            throw new InvalidOperationException("A provider has no handler.");
        var id = handler.Sent?.Items.TryGetValue(UpstreamAnswers.VisitKey, out var found) == true ? found : null;
        if (visits.Find(http, provider, id) is not { } visit) return new UpstreamOutcome.Wrong(null, WasUsed: false);
        visits.End(http, id!);
        var result = await ReadAsync(http, handler);
        if (result.Failure is { } failure) return Failed(http, provider, visit, failure);
        if (result.Principal is not { } principal
            || UpstreamIdentity.Read(provider, principal, normalizer) is not { } identity)
            return Refuse(provider, visit, "it is not of somebody who is taken");
        if (visit.AsksAnew && identity.AuthenticatedAt + UpstreamCalls.Tolerance < visit.BeganAt)
            return Refuse(provider, visit, "the person was to sign in there anew");
        return new UpstreamOutcome.Known(identity, visit);
    }

    private async Task<HandleRequestResult> ReadAsync(HttpContext http, IUpstreamHandler handler)
    {
        try
        {
            return await InTimeAsync(http, handler.ReadAsync);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested)
        {
            return HandleRequestResult.Fail(failure);
        }
    }

    private UpstreamOutcome Failed(HttpContext http, ExternalProvider provider, ExternalVisit visit, Exception failure)
    {
        if (UpstreamCalls.IsOurs(failure)) ExceptionDispatchInfo.Throw(failure);
        if (failure is UpstreamCancelledException) return new UpstreamOutcome.Cancelled(visit);
        if (UpstreamCalls.IsOutage(failure) || IsSaidToBeAway(http.Request.Query["error"]))
        {
            LogAway(provider.Name, failure.Message);
            return new UpstreamOutcome.Away(visit);
        }

        LogRefused(provider.Name, failure.Message);
        return new UpstreamOutcome.Wrong(visit, failure is UpstreamAnswerUsedException);
    }

    private UpstreamOutcome.Wrong Refuse(ExternalProvider provider, ExternalVisit visit, string cause)
    {
        LogRefused(provider.Name, cause);
        return new UpstreamOutcome.Wrong(visit, WasUsed: false);
    }

    // RFC 6749 §4.1.2.1.
    private static bool IsSaidToBeAway(string? error) => error is "server_error" or "temporarily_unavailable";

    private async Task<T> InTimeAsync<T>(HttpContext http, Func<Task<T>> ask)
    {
        var issuer = new Uri(address.Issuer);
        var (asked, scheme, host) = (http.RequestAborted, http.Request.Scheme, http.Request.Host);
        using var limit = new CancellationTokenSource(UpstreamCalls.Together, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(asked, limit.Token);
        try
        {
            (http.Request.Scheme, http.Request.Host) = (issuer.Scheme, new HostString(issuer.Authority));
            http.RequestAborted = both.Token;
            return await ask();
        }
        finally
        {
            (http.RequestAborted, http.Request.Scheme, http.Request.Host) = (asked, scheme, host);
        }
    }

    [LoggerMessage(6041, LogLevel.Warning, "The identity provider {Provider} cannot be asked: {Cause}")]
    private partial void LogAway(string provider, string cause);

    [LoggerMessage(6042, LogLevel.Warning, "An answer of the identity provider {Provider} was refused: {Cause}")]
    private partial void LogRefused(string provider, string cause);
}
