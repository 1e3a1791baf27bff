using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.Factors;

/// <summary>Who sets up an app, and where they go on to.</summary>
/// <param name="Who">The account, and what it may do.</param>
/// <param name="UserName">The name in the app and on the page.</param>
/// <param name="Visitor">Whoever has no session with two factors yet; null for the others.</param>
internal sealed record AppPerson(Enrollee Who, string UserName, FactorVisitor? Visitor);

/// <summary>Pages of second factors, and who may see them.</summary>
internal sealed class FactorsAnswer(
    SecondStep step,
    FactorVisitors visitors,
    RecentSignIn recent,
    AuthenticatorEnrollment enrollment,
    PageAnswers pages,
    AccountLinks links)
{
    /// <summary>
    /// Whoever may set up an app: in a session after a recent sign-in; and before there is one, whoever has no factor
    /// yet. Else where they have to go first.
    /// </summary>
    public async Task<(AppPerson? Person, string? GoTo)> FindAsync(
        HttpContext http, string? target, CancellationToken ct)
    {
        var here = links.SetUpApp(target);
        var visitor = await visitors.FindAsync(http, ct);
        if (visitor is { Session: null })
        {
            return visitor.State.HasAny
                ? (null, links.Factor(target))
                : (PersonOf(visitor, mayReplace: false), null);
        }

        if (await AccountSession.ReadAsync(http) is not { } session) return (null, links.SignIn(here));
        if (await recent.AskAsync(session, here, ct) is { } first) return (null, first);
        if (visitor is not null) return (PersonOf(visitor, mayReplace: true), null);
        return (new AppPerson(new(session.Id, session.SecurityStamp, MayReplace: true), session.Name, null), null);
    }

    /// <summary>The page with picture and secret.</summary>
    public IResult SetUp(AppPerson person, EnrollmentTicket ticket, string? target, OAuthError? refusal = null)
    {
        var uri = enrollment.UriOf(ticket, person.UserName);
        var view = new AuthenticatorView(uri, ticket.Secret, enrollment.Seal(ticket))
        {
            ReturnUrl = target,
            UserName = person.Visitor is { Session: null } ? null : person.UserName,
            AccountName = person.UserName,
            IsNeeded = person.Visitor is not null && target is not null,
            Failed = refusal is not null,
        };
        return pages.Authenticator(view, refusal);
    }

    /// <summary>
    /// After the first code was right. What the person has shown counts as a sign-in with two factors.
    /// </summary>
    public async Task<IResult> AddedAsync(
        HttpContext http, AppPerson person, RecoveryCodeSet? codes, string? target, CancellationToken ct)
    {
        if (person.Visitor is { } visitor)
            await step.FinishAsync(http, visitor, SignInMethods.PasswordAndCode, remember: false, ct);
        if (codes is null) return new SeeOther(target ?? links.Factors + "?done=app");
        return ShowCodes(person.UserName, codes, target);
    }

    public IResult ShowCodes(string userName, RecoveryCodeSet codes, string? target) =>
        pages.RecoveryCodes(new RecoveryCodesView(userName, codes.Codes, target ?? links.Factors));

    private static AppPerson PersonOf(FactorVisitor visitor, bool mayReplace)
    {
        var account = visitor.Account;
        var who = new Enrollee(account.Id, account.SecurityStamp ?? "", mayReplace);
        return new AppPerson(who, account.Email ?? "", visitor);
    }
}
