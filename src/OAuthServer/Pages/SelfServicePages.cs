using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Pages;

/// <summary>The pages on which people help themselves.</summary>
internal sealed class SelfServicePages(
    PageRenderer renderer, PageAnswers pages, SelfService service, PasswordLength length, ServerAddress address)
{
    private const string RetryAfterSeconds = "60";

    /// <summary>The path of a route, for links and redirects.</summary>
    public string Local(string route) => address.Local(route);

    public IResult Malformed(string route) => pages.Malformed(Local(route));

    public IResult Expired(string route) => pages.FormExpired(Local(route));

    public IResult Busy(HttpContext http, string route) => pages.Busy(http, Local(route));

    /// <summary>Asks for an address.</summary>
    /// <param name="name">As the texts begin.</param>
    /// <param name="route">Where it is posted.</param>
    /// <param name="email">What was typed before.</param>
    /// <param name="refusal">What the page refuses; null for nothing.</param>
    public IResult Ask(string name, string route, string email, OAuthError? refusal) =>
        Form<AskMailPage, AskMailView>(new AskMailView(name, route, Short(email), refusal is not null), refusal);

    /// <summary>A mail is on its way, if there is anybody to get it.</summary>
    public IResult Asked(string name) => Message(name + "Sent", Routes.SignIn, "ToSignIn", refusal: null);

    /// <summary>Too many mails wait.</summary>
    public IResult Full(HttpContext http, string route)
    {
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return Message("Full", route, "TryAgain", OAuthError.TemporarilyUnavailable(Reasons.MailsWaiting));
    }

    /// <summary>Asks for a new password.</summary>
    public IResult Choose(string name, string route, string token, string email, Words? fault)
    {
        var view = new ChoosePasswordView(name, route, token, email, fault)
        {
            Shortest = length.Shortest,
            Longest = PasswordLength.Longest,
        };
        return Form<ChoosePasswordPage, ChoosePasswordView>(
            view,
            fault is null ? null : OAuthError.InvalidRequest(string.Empty, Reasons.NewPasswordUnsuitable));
    }

    /// <summary>The password is set, or the account made.</summary>
    public IResult PasswordSet(string name) => Message(name + "Set", Routes.SignIn, "ToSignIn", refusal: null);

    /// <summary>A link that was used, is too old, or was ended by a change of the account.</summary>
    public IResult LinkDead()
    {
        var refusal = OAuthError.InvalidRequest(string.Empty, Reasons.LinkDead);
        return service.PasswordReset
            ? Message("LinkDead", Routes.Forgot, "AskAgain", refusal)
            : Message("LinkDead", Routes.SignIn, "ToSignIn", refusal);
    }

    /// <param name="name">As the texts begin: the title, and what it means.</param>
    /// <param name="route">Where to go on.</param>
    /// <param name="link">The text of the link there.</param>
    /// <param name="refusal">What the page refuses; null for nothing.</param>
    public IResult Message(string name, string route, string link, OAuthError? refusal) => new PageResult(renderer)
    {
        Page = typeof(MessagePage),
        View = new MessageView(Text(name + "Title"), Text(name + "Text"), Text(link), Local(route)),
        Status = refusal?.Status ?? StatusCodes.Status200OK,
        Refusal = refusal,
    };

    /// <summary>A page with a form of this browser, or of the account that the request was read for.</summary>
    public IResult Form<TPage, TView>(TView view, OAuthError? refusal = null)
        where TPage : Page<TView>
        where TView : notnull
    {
        return pages.Form<TPage, TView>(view, refusal: refusal);
    }

    private static Words Text(string name) => new("MailForms." + name);

    private static string Short(string email) => email.Length <= SignInService.MaxLength ? email : "";
}
