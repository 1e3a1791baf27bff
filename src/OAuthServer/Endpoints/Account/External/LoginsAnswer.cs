using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Factors;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>The page of the other providers that a person's account is linked to.</summary>
internal sealed class LoginsAnswer(
    ExternalSignIn service,
    AccountLogins logins,
    ExternalProviders providers,
    RecentSignIn recent,
    PageAnswers pages,
    AccountLinks links)
{
    /// <summary>The list, and a button for each provider that is not on it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Who is signed in.</param>
    /// <param name="notice">What was just done; null for nothing.</param>
    /// <param name="fault">What was wrong with the last try; null for nothing.</param>
    /// <param name="refusal">What the page refuses; null for nothing.</param>
    public async Task<IResult> ShowAsync(
        HttpContext http, SignedInAccount account, Words? notice, Words? fault, OAuthError? refusal)
    {
        var ct = http.RequestAborted;
        var rows = await logins.ListAsync(account.Id, ct);
        var others = providers.All.Where(provider => rows.All(row => row.Issuer != provider.Issuer));
        var view = new LoginsView(account.Name, [.. rows.Select(View)], [.. others.Select(ProviderViews.Of)])
        {
            SignInUrl = await recent.AskAsync(account, links.Logins, ct),
            Notice = notice,
            Fault = fault,
        };
        return pages.Logins(view, ProviderViews.FormActionSource(providers), refusal);
    }

    /// <summary>A change was refused, with what is wrong.</summary>
    public Task<IResult> RefusedAsync(HttpContext http, SignedInAccount account, Words fault) => ShowAsync(
        http, account, null, fault, OAuthError.InvalidRequest(string.Empty, Reasons.LoginNotChanged));

    /// <summary>The provider cannot be asked.</summary>
    public Task<IResult> AwayAsync(HttpContext http, SignedInAccount account, ExternalProvider provider)
    {
        http.Response.Headers.RetryAfter = ExternalPages.RetryAfterSeconds;
        return ShowAsync(
            http, account, null, Named("External.AwayToLink", provider),
            OAuthError.TemporarilyUnavailable(Reasons.ExternalUnavailable));
    }

    /// <summary>The provider's answer to whoever wanted to link it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="provider">Which.</param>
    /// <param name="outcome">What it answered.</param>
    /// <param name="owner">Whose account was signed in then.</param>
    public async Task<IResult> ReceiveAsync(
        HttpContext http, ExternalProvider provider, UpstreamOutcome outcome, Guid owner)
    {
        if (await AccountSession.ReadAsync(http) is not { } account || account.Id != owner)
            return new SeeOther(links.SignIn(links.Logins));
        switch (outcome)
        {
            case UpstreamOutcome.Known known:
                return await service.LinkAsync(provider, known.Identity, account, http.Audit(), http.RequestAborted)
                    ? new SeeOther(links.Logins + "?done=added")
                    : await RefusedAsync(http, account, Named("Logins.Taken", provider));
            case UpstreamOutcome.Cancelled:
                return await ShowAsync(http, account, Named("External.Cancelled", provider), null, null);
            case UpstreamOutcome.Away:
                return await AwayAsync(http, account, provider);
            default:
                return await RefusedAsync(http, account, Named("Logins.Wrong", provider));
        }
    }

    private LoginView View(AccountLogin login) => new(
        login.Issuer,
        providers.OfIssuer(login.Issuer)?.DisplayName ?? login.Issuer,
        login.Name,
        login.LinkedAt,
        login.UsedAt);

    private static Words Named(string key, ExternalProvider provider) =>
        new(key, DisplayText.Plain(provider.DisplayName));
}
