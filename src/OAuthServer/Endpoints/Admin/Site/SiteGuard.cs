using OAuthServer.Audit;
using OAuthServer.Clients.Editing;
using OAuthServer.Endpoints.Account;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>An operator at a page of the site.</summary>
/// <param name="Rights">What the access token is good for now.</param>
/// <param name="Name">By what the operator is known.</param>
/// <param name="Token">Of the forms of the page.</param>
internal sealed record SiteVisitor(AdminRights Rights, string Name, FormToken Token)
{
    public bool Has(string scope) => Rights.Scopes.Contains(scope, StringComparer.Ordinal);

    /// <summary>Who edits a client.</summary>
    public Editor EditorOf(HttpContext http) => new(http.Audit(), Rights.Caller.Client, Rights.Caller.Person);

    /// <summary>Who edits an account, and which state of it they saw.</summary>
    public AccountEdit EditOf(HttpContext http, string tag) => new(http.Audit(), EndedBy.Operator)
    {
        Client = Rights.Caller.Client,
        Person = Rights.Caller.Pseudonym,
        Tags = TagsOf(tag),
    };

    /// <summary>The tags of a form; none that are not sent.</summary>
    public static IReadOnlyList<string>? TagsOf(string tag) => tag.Length > 0 ? [tag] : null;
}

/// <summary>
/// Stands before every page of the site: who is signed in is judged as a call of the admin API is, by the same access
/// token, at every request.
/// </summary>
internal sealed class SiteGuard(
    SiteCookies cookies, AdminAccess access, Storage.Accounts accounts, OperatorPages pages, AdminAnswers answers)
{
    private static readonly OAuthError NoForm =
        OAuthError.InvalidRequest("The form could not be read.", Reasons.FormUnreadable);

    private static readonly OAuthError Expired =
        OAuthError.InvalidRequest("The form is of another sign-in.", Reasons.FormExpired);

    private static readonly OAuthError NoScope = new(
        "insufficient_scope", "The site's client lacks the scope of this page.", Reasons.AdminScopeMissing, 403);

    /// <summary>Shows a page to an operator; anybody else is sent to sign in.</summary>
    /// <param name="http">The request.</param>
    /// <param name="scope">What the page takes; null for nothing.</param>
    /// <param name="show">The page.</param>
    public async Task<IResult> ShowAsync(HttpContext http, string? scope, Func<SiteVisitor, Task<IResult>> show)
    {
        if ((await VisitorAsync(http)).Failed(out var refusal, out var visitor))
        {
            if (refusal.Status == StatusCodes.Status503ServiceUnavailable) return Unavailable(refusal);
            if (refusal.Status == StatusCodes.Status403Forbidden) return Refuse(refusal);
            var here = Uri.EscapeDataString(http.Request.Path + http.Request.QueryString);
            return new SeeOther($"{Routes.SiteSignIn}?return={here}");
        }

        return scope is null || visitor.Has(scope) ? await show(visitor) : Refuse(NoScope);
    }

    /// <summary>Does what an operator sent from a page of ours.</summary>
    /// <param name="http">The request.</param>
    /// <param name="scope">What it takes.</param>
    /// <param name="act">What is done.</param>
    public async Task<IResult> ActAsync(
        HttpContext http, string? scope, Func<SiteVisitor, AccountForm, Task<IResult>> act)
    {
        var form = await AccountForm.ReadAsync(http.Request, ["tag"], http.RequestAborted);
        if (form is null) return pages.Message("Malformed", "Again", Routes.Site, NoForm);
        // No redirect: the sign-in stands at another address, which the form may not lead to.
        if ((await VisitorAsync(http)).Failed(out var refusal, out var visitor))
        {
            return refusal.Status == StatusCodes.Status503ServiceUnavailable ? Unavailable(refusal)
                : refusal.Status == StatusCodes.Status403Forbidden ? Refuse(refusal)
                : pages.Message("Ended", "SignIn", Routes.SiteSignIn, refusal);
        }

        if (cookies.Read(http) is not { } session || !cookies.IsOf(session, form["antiforgery"]))
            return pages.Message("Expired", "Again", Routes.Site, Expired);
        if (scope is not null && !visitor.Has(scope)) return Refuse(NoScope);
        return await act(visitor, form);
    }

    /// <summary>Signs the operator out of the site.</summary>
    public Task<IResult> SignOutAsync(HttpContext http) => ActAsync(http, null, (_, _) =>
    {
        SiteCookies.End(http);
        return Task.FromResult(pages.Message("SignedOut", "SignIn", Routes.SiteSignIn, null));
    });

    /// <summary>What was not done, in the audit log as a refused call of the API is.</summary>
    public Task NoteAsync(HttpContext http, OAuthError error, SiteVisitor visitor) =>
        answers.NoteAsync(http, error, visitor.Rights.Caller);

    private IResult Refuse(OAuthError refusal) => pages.Message("Refused", "SignIn", Routes.SiteSignIn, refusal);

    private IResult Unavailable(OAuthError refusal) => pages.Message("Away", "Again", Routes.Site, refusal);

    private async Task<Result<SiteVisitor>> VisitorAsync(HttpContext http)
    {
        if (cookies.Read(http) is not { } session) return OpenId.BearerToken.Missing;
        var judged = await access.JudgeAsync(session.Token, http.RequestAborted);
        if (judged.Failed(out var refusal, out var rights)) return refusal;
        if (rights.Lacks is { } lacks)
            return new OAuthError("insufficient_scope", "The operator may not do this any more.", lacks, 403);
        if (rights.Caller.Person is not { } person) return OpenId.BearerToken.Missing;
        var name = (await accounts.FindAsync(person, http.RequestAborted))?.Known ?? person.ToString();
        return new SiteVisitor(rights, name, cookies.TokenOf(session));
    }
}
