using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>Turns what came of a change of password into a page or a 303.</summary>
internal sealed class PasswordAnswer(
    AccountLinks links, PageAnswers pages, AccountSession session, PasswordLength length, PasswordRemoval removal)
{
    /// <summary>Its path.</summary>
    public string Page => links.Password;

    public async Task<IResult> AskAsync(SignedInAccount account, CancellationToken ct) =>
        pages.Password(await ViewAsync(account, null, ct));

    /// <summary>False for whoever signs in by other means.</summary>
    public async Task<bool> HasPasswordAsync(SignedInAccount account, CancellationToken ct) =>
        (await removal.FindAsync(account.Id, ct))?.HasPassword == true;

    /// <summary>Without the password the session begins anew, under its new stamp.</summary>
    public async Task<IResult> RemoveAsync(HttpContext http, SignedInAccount account, CancellationToken ct)
    {
        if (await removal.RemoveAsync(account.Id, http.Audit(), ct) is { } changed)
            return await StartAsync(http, changed, account, links.Password);
        var refusal = OAuthError.InvalidRequest(string.Empty, Reasons.PasswordNotChanged);
        return pages.Password(await ViewAsync(account, new Words("Password.NotRemoved"), ct), refusal);
    }

    public IResult Malformed() => pages.Malformed(links.Password);

    public IResult Expired() => pages.FormExpired(links.Password);

    /// <summary>The answer to one outcome. With a new password the session begins anew, under its new stamp.</summary>
    public async Task<IResult> WriteAsync(
        HttpContext http, PasswordOutcome outcome, SignedInAccount account, CancellationToken ct)
    {
        switch (outcome)
        {
            case PasswordOutcome.Changed changed:
                return await StartAsync(http, changed.Account, account, links.Connections + "?done=password");
            case PasswordOutcome.SignInFirst first:
                return new SeeOther(first.Url);
            case PasswordOutcome.Refused refused:
                var refusal = OAuthError.InvalidRequest(string.Empty, refused.Reason);
                return pages.Password(await ViewAsync(account, refused.Text, ct), refusal);
            default:
                return pages.Busy(http, links.Password);
        }
    }

    private async Task<IResult> StartAsync(
        HttpContext http, Storage.Account changed, SignedInAccount before, string next)
    {
        await session.StartAsync(http, changed, await AccountSession.IsKeptAsync(http), before.Methods);
        return new SeeOther(next);
    }

    private async Task<PasswordView> ViewAsync(SignedInAccount account, Words? fault, CancellationToken ct)
    {
        var standing = await removal.FindAsync(account.Id, ct);
        return new(account.Name, fault)
        {
            Shortest = length.Shortest,
            Longest = PasswordLength.Longest,
            HasPassword = standing?.HasPassword != false,
            HasAddress = standing?.HasAddress != false,
            MayRemove = standing?.MayRemove == true,
        };
    }
}
