using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>Turns what came of a change of password into a page or a 303.</summary>
internal sealed class PasswordAnswer(
    AccountLinks links, PageAnswers pages, AccountSession session, PasswordLength length)
{
    public IResult Ask(SignedInAccount account) => pages.Password(View(account, null));

    public IResult Malformed() => pages.Malformed(links.Password);

    public IResult Expired() => pages.FormExpired(links.Password);

    /// <summary>The answer to one outcome. With a new password the session begins anew, under its new stamp.</summary>
    public async Task<IResult> WriteAsync(HttpContext http, PasswordOutcome outcome, SignedInAccount account)
    {
        switch (outcome)
        {
            case PasswordOutcome.Changed changed:
                await session.StartAsync(
                    http, changed.Account, await AccountSession.IsKeptAsync(http), account.Methods);
                return new SeeOther(links.Connections + "?done=password");
            case PasswordOutcome.Refused refused:
                var refusal = OAuthError.InvalidRequest(string.Empty, refused.Reason);
                return pages.Password(View(account, refused.Text), refusal);
            default:
                return pages.Busy(http, links.Password);
        }
    }

    private PasswordView View(SignedInAccount account, Words? fault) =>
        new(account.Name, fault) { Shortest = length.Shortest, Longest = PasswordLength.Longest };
}
