using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.External;

/// <summary>What a person reads whom another provider did not let in.</summary>
internal sealed class ExternalPages(
    SignInAnswer signIn, WaitingRequests waiting, PageAnswers pages, AccountLinks links, ExternalJournal journal)
{
    /// <summary>For how long a provider that is away is not asked again.</summary>
    public const string RetryAfterSeconds = "30";

    /// <summary>The authorization request in hand; null for none.</summary>
    public Task<AuthorizeRequest?> FindRequestAsync(HttpContext http, string? target) =>
        waiting.FindAsync(http, target, http.RequestAborted);

    /// <summary>The sign-in page, whose other ways in are open.</summary>
    public Task<IResult> AwayAsync(HttpContext http, ExternalProvider provider, string? target)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return signIn.NoticeAsync(
            http,
            Failed("External.Away", provider, target),
            OAuthError.TemporarilyUnavailable(Reasons.ExternalUnavailable));
    }

    /// <summary>The person went back, which refuses nothing.</summary>
    public Task<IResult> CancelledAsync(HttpContext http, ExternalProvider provider, string? target) =>
        signIn.NoticeAsync(
            http,
            new SignInView(null, null, target) { Notice = Named("External.Cancelled", provider) },
            refusal: null);

    /// <summary>The operator has shut the account.</summary>
    public async Task<IResult> DisabledAsync(
        HttpContext http, ExternalProvider provider, Guid account, string? target)
    {
        await journal.RefusedAsync(account, provider, Reasons.AccountDisabled, http.Audit(), http.RequestAborted);
        var refusal = new OAuthError("access_denied", "The person did not sign in.", Reasons.AccountDisabled);
        return await signIn.NoticeAsync(http, Failed("External.NotLetIn", provider, target), refusal);
    }

    /// <summary>What came back is not what was asked for, or came twice: nothing follows from it.</summary>
    public IResult Wrong(ExternalProvider provider, UpstreamOutcome.Wrong outcome) => Message(
        new("External.WrongTitle"),
        Named("External.WrongText", provider),
        outcome.Visit?.Target,
        OAuthError.InvalidRequest(
            string.Empty, outcome.WasUsed ? Reasons.ExternalUsedBefore : Reasons.ExternalRefused));

    /// <summary>The person is known there and not here.</summary>
    public async Task<IResult> WithoutAccountAsync(HttpContext http, ExternalProvider provider, string? target)
    {
        const string Reason = Reasons.ExternalWithoutAccount;
        await journal.RefusedAsync(null, provider, Reason, http.Audit(), http.RequestAborted);
        var refusal = new OAuthError("access_denied", "The person has no account here.", Reason, 403);
        return Message(
            new("External.NoAccountTitle"), Named("External.NoAccountText", provider), target, refusal);
    }

    private PageResult Message(Words title, Words text, string? target, OAuthError refusal) =>
        pages.Message(new MessageView(title, text, new("External.ToSignIn"), links.SignIn(target)), refusal);

    private static SignInView Failed(string key, ExternalProvider provider, string? target) =>
        new(null, null, target) { Fault = Named(key, provider) };

    private static Words Named(string key, ExternalProvider provider) =>
        new(key, DisplayText.Plain(provider.DisplayName));
}
