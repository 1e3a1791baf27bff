using OAuthServer.Accounts;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Pages;

/// <summary>The pages about the address of an account.</summary>
internal sealed class AddressPages(SelfServicePages pages, Storage.Accounts accounts)
{
    /// <summary>The path of a route, for links and redirects.</summary>
    public string Local(string route) => pages.Local(route);

    public IResult Malformed() => pages.Malformed(Routes.Email);

    public IResult Expired() => pages.Expired(Routes.Email);

    public IResult Full(HttpContext http) => pages.Full(http, Routes.Email);

    public IResult LinkDead() =>
        pages.Message("LinkDead", Routes.Email, "ToAddress", OAuthError.InvalidRequest("", Reasons.LinkDead));

    public IResult Taken() =>
        pages.Message("Taken", Routes.Email, "ToAddress", OAuthError.InvalidRequest("", Reasons.AddressTaken));

    /// <summary>The page of the address.</summary>
    /// <param name="account">Who is signed in.</param>
    /// <param name="typed">What was typed as a new one.</param>
    /// <param name="refusal">What the page refuses; null for nothing.</param>
    /// <param name="done">What was just done, as the query says it.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IResult> ShowAsync(
        SignedInAccount account, string typed, OAuthError? refusal, string? done, CancellationToken ct)
    {
        var row = await accounts.FindAsync(account.Id, ct);
        var shown = typed.Length <= SignInService.MaxLength ? typed : "";
        var view = new EmailView(
            account.Name, row?.Email ?? account.Name, row?.EmailConfirmed == true, shown, refusal is not null,
            Notice(done));
        return pages.Form<EmailPage, EmailView>(view, refusal);
    }

    /// <summary>Asks whether the link is to count.</summary>
    public IResult Confirm(SignedInAccount account, string token, LiveLink link) =>
        pages.Form<ConfirmEmailPage, ConfirmEmailView>(
            new ConfirmEmailView(account.Name, token, link.Address, link.Kind == LinkKinds.NewAddress));

    private static Words? Notice(string? done) => done switch
    {
        "asked" => new Words("MailForms.AddressAsked"),
        "sent" => new Words("MailForms.AddressSent"),
        "confirmed" => new Words("MailForms.AddressIsConfirmed"),
        "changed" => new Words("MailForms.AddressIsChanged"),
        _ => null,
    };
}
