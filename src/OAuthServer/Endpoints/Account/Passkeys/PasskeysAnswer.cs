using System.Buffers.Text;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Factors;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account.Passkeys;

/// <summary>Pages of passkeys.</summary>
internal sealed class PasskeysAnswer(
    PasskeyService service,
    Storage.Passkeys passkeys,
    RecentSignIn recent,
    FactorsAnswer factors,
    PageAnswers pages,
    AccountLinks links)
{
    /// <summary>The list, and the form for a new one where the sign-in is recent.</summary>
    /// <param name="http">The request.</param>
    /// <param name="account">Who is signed in.</param>
    /// <param name="notice">What was just done; null for nothing.</param>
    /// <param name="fault">What was wrong with the last try; null for nothing.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IResult> ShowAsync(
        HttpContext http, SignedInAccount account, Words? notice, Words? fault, CancellationToken ct)
    {
        var rows = await passkeys.ListAsync(account.Id, ct);
        var first = service.MayAdd ? await recent.AskAsync(account, links.Passkeys, ct) : null;
        var ask = service.MayAdd && first is null ? await service.AskToAddAsync(http, account) : null;
        var view = new PasskeysView(account.Name, [.. rows.Select(View)])
        {
            Ask = ask is null ? null : new PasskeyAskView(ask.Options, ask.Ticket),
            SignInUrl = first,
            Notice = notice,
            Fault = fault,
        };
        return pages.Passkeys(
            view, fault is null ? null : OAuthError.InvalidRequest(string.Empty, Reasons.PasskeyNotChanged));
    }

    /// <summary>After a passkey was added, or refused.</summary>
    public async Task<IResult> AddedAsync(
        HttpContext http, SignedInAccount account, AddedPasskeyOutcome outcome, CancellationToken ct)
    {
        if (!outcome.IsAdded) return await ShowAsync(http, account, null, new Words("Passkeys.NotAdded"), ct);
        return outcome.Codes is { } codes
            ? factors.ShowCodes(account.Name, codes, links.Passkeys + "?done=added")
            : new SeeOther(links.Passkeys + "?done=added");
    }

    private static PasskeyView View(Storage.Passkey passkey) => new(
        Base64Url.EncodeToString(passkey.CredentialId), passkey.Name, passkey.AddedAt, passkey.UsedAt);
}
