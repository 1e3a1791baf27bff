using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Endpoints.Authorize;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>Leads to another provider, and turns what came of it into a page or a 303.</summary>
internal sealed class ExternalAnswer(
    Upstream upstream,
    ExternalSignIn service,
    ExternalPages pages,
    LoginsAnswer logins,
    SecondStepAnswer next,
    TimeProvider clock)
{
    /// <summary>To the provider, from the sign-in page.</summary>
    /// <param name="http">The request.</param>
    /// <param name="provider">Which.</param>
    /// <param name="target">Where the person goes on to.</param>
    /// <param name="isSignedIn">True for whoever has a session: they are to show anew who they are.</param>
    public async Task<IResult> GoAsync(HttpContext http, ExternalProvider provider, string? target, bool isSignedIn)
    {
        var request = await pages.FindRequestAsync(http, target);
        var asksAnew = isSignedIn || AsksAnew(request?.Demand);
        var visit = new ExternalVisit(provider.Name, target, LinkTo: null, asksAnew, clock.GetUtcNow());
        return await upstream.GoAsync(http, provider, visit)
            ? Results.Empty
            : await pages.AwayAsync(http, provider, target);
    }

    /// <summary>The provider's answer.</summary>
    public async Task<IResult> ReceiveAsync(HttpContext http, ExternalProvider provider)
    {
        var outcome = await upstream.ReadAsync(http, provider);
        if (outcome.Visit?.LinkTo is { } account) return await logins.ReceiveAsync(http, provider, outcome, account);
        var target = outcome.Visit?.Target;
        return outcome switch
        {
            UpstreamOutcome.Known known => await SignInAsync(http, provider, known),
            UpstreamOutcome.Cancelled => await pages.CancelledAsync(http, provider, target),
            UpstreamOutcome.Away => await pages.AwayAsync(http, provider, target),
            _ => pages.Wrong(provider, (UpstreamOutcome.Wrong)outcome),
        };
    }

    private async Task<IResult> SignInAsync(HttpContext http, ExternalProvider provider, UpstreamOutcome.Known known)
    {
        var (audit, ct) = (http.Audit(), http.RequestAborted);
        var target = known.Visit?.Target;
        if (await service.FindAsync(provider, known.Identity, audit, ct) is not { } account)
            return await pages.WithoutAccountAsync(http, provider, target);
        if (account.DisabledAt is not null) return await pages.DisabledAsync(http, provider, account.Id, target);
        var first = new FirstStep(Keep: false, known.Identity.Methods, provider.Name);
        return await next.AfterFirstAsync(http, account, first, target, ct);
    }

    private static bool AsksAnew(SignInDemand? demand) => demand is not null
        && ((demand.Prompt & (Prompt.Login | Prompt.SelectAccount)) != 0 || demand.MaxAge is not null);
}
