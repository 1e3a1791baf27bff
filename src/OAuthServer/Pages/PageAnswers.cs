using Microsoft.Net.Http.Headers;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Pages;

/// <summary>Every page that a person can meet. All answers carry the headers of <see cref="PageHeaders"/>.</summary>
internal sealed class PageAnswers(PageRenderer renderer, Languages languages, IHostEnvironment environment)
{
    private const string RetryAfterSeconds = "5";

    /// <summary>Answers in the language that an authorization request asks for; see <see cref="Languages"/>.</summary>
    public void Follow(HttpContext http, string? uiLocales) => languages.Follow(http, uiLocales);

    /// <summary>
    /// Asks whether an app may have access (RFC 6749 §4.1.1). The session was read before: the form belongs to the
    /// account of the request. It posts <c>ticket</c>, <c>antiforgery</c> and <c>decision</c>.
    /// </summary>
    /// <param name="view">What is asked.</param>
    /// <param name="formActionSource">The CSP source of the client's redirect URI.</param>
    public IResult Consent(ConsentView view, string formActionSource) =>
        Form<ConsentPage, ConsentView>(view, formActionSource);

    /// <summary>
    /// Explains an error that must not be redirected (RFC 6749 §4.1.2.1). Nothing that was sent becomes a link.
    /// </summary>
    public IResult Error(HttpContext http, ErrorView view)
    {
        http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        var received = environment.IsDevelopment() ? view.RedirectUri : null;
        var shown = view with { RedirectUri = received is null ? null : DisplayText.Escaped(received) };
        return new PageResult(renderer) { Page = typeof(ErrorPage), View = shown, Status = view.Status };
    }

    /// <summary>One link to an app, with what it waits for.</summary>
    public IResult Continue(ContinueView view) =>
        new PageResult(renderer) { Page = typeof(ContinuePage), View = view, Status = StatusCodes.Status200OK };

    /// <summary>The answer to an app as a form, which a script sends at once.</summary>
    public IResult FormPost(FormPostView view) => new PageResult(renderer)
    {
        Page = typeof(FormPostPage),
        View = view,
        Status = StatusCodes.Status200OK,
        HasScript = true,
        FormActionSource = RedirectUri.ContentSecurityPolicySource(view.Url),
    };

    /// <summary>The second answer to a consent form, whose first one the app has used.</summary>
    public IResult Answered(AnsweredView view) =>
        new PageResult(renderer) { Page = typeof(AnsweredPage), View = view, Status = StatusCodes.Status200OK };

    /// <param name="view">What is asked, and what was typed before.</param>
    /// <param name="formActionSource">
    /// The CSP source that the form's redirects may reach; null for this server alone.
    /// </param>
    /// <param name="refusal">What the page refuses; null when it refuses nothing.</param>
    public IResult SignIn(SignInView view, string? formActionSource, OAuthError? refusal) =>
        Form<SignInPage, SignInView>(view, formActionSource, refusal);

    /// <summary>Asks for the second factor.</summary>
    public IResult Factor(FactorView view, string? formActionSource, OAuthError? refusal) =>
        Form<FactorPage, FactorView>(view, formActionSource, refusal);

    public IResult Factors(FactorsView view) => Form<FactorsPage, FactorsView>(view);

    public IResult Authenticator(AuthenticatorView view, OAuthError? refusal) =>
        Form<AuthenticatorPage, AuthenticatorView>(view, refusal: refusal);

    public IResult Passkeys(PasskeysView view, OAuthError? refusal) =>
        Form<PasskeysPage, PasskeysView>(view, refusal: refusal);

    /// <summary>Recovery codes; the page has no form.</summary>
    public IResult RecoveryCodes(RecoveryCodesView view) =>
        new PageResult(renderer) { Page = typeof(RecoveryCodesPage), View = view, Status = StatusCodes.Status200OK };

    public IResult SignOut(SignOutView view) => Form<SignOutPage, SignOutView>(view);

    /// <summary>Asks whether an app may sign the person out (OpenID Connect RP-Initiated Logout §2).</summary>
    public IResult Logout(LogoutView view) => Form<LogoutPage, LogoutView>(view);

    public IResult Sessions(SessionsView view) => Form<SessionsPage, SessionsView>(view);

    /// <param name="view">What there is.</param>
    /// <param name="formActionSource">What the redirects after the page's forms may reach.</param>
    /// <param name="refusal">What the page refuses; null for nothing.</param>
    public IResult Logins(LoginsView view, string? formActionSource, OAuthError? refusal) =>
        Form<LoginsPage, LoginsView>(view, formActionSource, refusal);

    /// <summary>The end of a sign-out that an app asked for, with a way back to it where there is one.</summary>
    /// <param name="appName">As registered.</param>
    /// <param name="url">Of the app.</param>
    /// <param name="provider">Where the person is signed in still; null for nowhere.</param>
    public IResult SignedOutOf(string appName, string url, string? provider) =>
        Message(StatusCodes.Status200OK, new MessageView(
            new("SignOut.DoneTitle"),
            new("SignOut.DoneText"),
            new("SignOut.GoOnTo", DisplayText.Plain(appName)),
            url)
        {
            Notice = StillAt(provider),
        });

    /// <summary>Nothing of what was there is good any more.</summary>
    public IResult AccessEnded(string signInUrl) => Message(StatusCodes.Status200OK, new MessageView(
        new("SignOut.EndedTitle"),
        new("SignOut.EndedText"),
        new("SignOut.Again"),
        signInUrl)
    {
        Note = new("SignOut.EndedNote"),
    });

    /// <summary>There is no session, or none any more.</summary>
    /// <param name="signInUrl">The way in.</param>
    /// <param name="provider">Where the person is signed in still; null for nowhere.</param>
    public IResult SignedOut(string signInUrl, string? provider = null) =>
        Message(StatusCodes.Status200OK, new MessageView(
            new("SignOut.DoneTitle"),
            new("SignOut.DoneText"),
            new("SignOut.Again"),
            signInUrl)
        {
            Notice = StillAt(provider),
            Note = new("SignOut.DoneNote"),
        });

    public IResult Account(string userName) => Form<AccountPage, AccountView>(new(userName, AccountEntries.All));

    /// <param name="view">What stands in the fields.</param>
    /// <param name="refusal">What was not saved; null for nothing.</param>
    public IResult Profile(ProfileView view, OAuthError? refusal = null) =>
        Form<ProfilePage, ProfileView>(view, refusal: refusal);

    public IResult Connections(ConnectionsView view) => Form<ConnectionsPage, ConnectionsView>(view);

    public IResult Password(PasswordView view, OAuthError? refusal = null) =>
        Form<PasswordPage, PasswordView>(view, refusal: refusal);

    /// <summary>The antiforgery token did not fit: the form is old, was copied, or its session is over.</summary>
    public IResult FormExpired(string restartUrl) => Message(
        new MessageView(
            new("Message.ExpiredTitle"),
            new("Message.ExpiredText"),
            new("Message.StartAgain"),
            restartUrl),
        OAuthError.InvalidRequest(string.Empty, Reasons.FormExpired));

    public IResult Malformed(string restartUrl) => Message(
        new MessageView(
            new("Message.UnreadableTitle"),
            new("Message.UnreadableText"),
            new("Message.StartAgain"),
            restartUrl),
        OAuthError.InvalidRequest(string.Empty, Reasons.FormUnreadable));

    /// <summary>Wrong passwords used up a budget (RFC 6585 §4).</summary>
    public IResult TooManyTries(HttpContext http, BudgetRefusal refusal, string restartUrl)
    {
        http.Response.Headers.WriteUsedUp(refusal.Budget);
        return Wait(new("Message.WrongPasswords", Waiting.For(refusal.Budget.Reset)), refusal, restartUrl);
    }

    /// <summary>Too many passwords are tried at this moment (RFC 6585 §4).</summary>
    public IResult TooManyAtOnce(HttpContext http, OAuthError refusal, string restartUrl)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Wait(new("Message.TooManyAtOnce"), refusal, restartUrl);
    }

    /// <summary>Too many people type their password at this moment.</summary>
    public IResult Busy(HttpContext http, string restartUrl)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Message(
            new MessageView(
                new("Message.BusyTitle"),
                new("Message.BusyText"),
                new("Message.TryAgain"),
                restartUrl),
            OAuthError.TemporarilyUnavailable(Reasons.SignInBusy));
    }

    /// <summary>A message that refuses nothing, or whose refusal was noted already.</summary>
    public PageResult Message(int status, MessageView view) =>
        new(renderer) { Page = typeof(MessagePage), View = view, Status = status };

    private static Words? StillAt(string? provider) =>
        provider is null ? null : new("SignOut.StillAt", DisplayText.Plain(provider));

    private PageResult Wait(Words text, OAuthError refusal, string restartUrl) =>
        Message(new MessageView(new("Message.WaitTitle"), text, new("Message.TryAgain"), restartUrl), refusal);

    /// <summary>A page with a form of this browser, or of the account that the request was read for.</summary>
    public PageResult Form<TPage, TView>(TView view, string? formActionSource = null, OAuthError? refusal = null)
        where TPage : Page<TView>
        where TView : notnull
    {
        return new PageResult(renderer)
        {
            Page = typeof(TPage),
            View = view,
            Status = refusal?.Status ?? StatusCodes.Status200OK,
            HasForm = true,
            FormActionSource = formActionSource,
            Refusal = refusal,
        };
    }

    /// <summary>A message about what was refused.</summary>
    public PageResult Message(MessageView view, OAuthError refusal) => new(renderer)
    {
        Page = typeof(MessagePage),
        View = view,
        Status = refusal.Status,
        Refusal = refusal,
    };
}
