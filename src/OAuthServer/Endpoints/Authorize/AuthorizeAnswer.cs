using Microsoft.Net.Http.Headers;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Turns an outcome into a page or a 303 (RFC 9700 §4.12).</summary>
internal sealed class AuthorizeAnswer(
    AppAnswers app,
    AccountLinks links,
    ConsentForm consent,
    Interactions interactions,
    PageAnswers pages,
    OAuthAnswers json)
{
    /// <summary>The answer to one outcome. <paramref name="person"/> is only needed to ask for consent.</summary>
    public IResult Write(HttpContext http, AuthorizeOutcome outcome, SignedInAccount? person)
    {
        pages.Follow(http, TargetOf(outcome)?.UiLocales);
        return Answer(http, outcome, person);
    }

    private IResult Answer(HttpContext http, AuthorizeOutcome outcome, SignedInAccount? person) => outcome switch
    {
        AuthorizeOutcome.Granted granted => app.Grant(http, granted),
        AuthorizeOutcome.Refused refused => app.Refuse(http, refused),
        AuthorizeOutcome.SignIn signIn => AppAnswers.Redirect(http, SignInUrl(signIn, person)),
        AuthorizeOutcome.Raise raise => AppAnswers.Redirect(http, RaiseUrl(raise, person)),
        AuthorizeOutcome.AskConsent ask when person is not null => consent.Ask(ask, person, Languages.Of(http)),
        AuthorizeOutcome.Answered answered => consent.Answered(answered.Target),
        AuthorizeOutcome.Untrusted untrusted => Explain(http, untrusted.Error),
        _ => throw new InvalidOperationException("An outcome has no answer."),
    };

    /// <summary>Begins a request again.</summary>
    public IResult Restart(Parameters request) => new SeeOther(links.Authorize(request.ToQuery()));

    /// <summary>The same, and remembered consent does not count: it would make a second code of one answer.</summary>
    public IResult RestartAsking(Parameters request, SignedInAccount person)
    {
        var signIn = interactions.Of(request)?.SignIn ?? person.SignInId;
        return Restart(interactions.Begin(request, signIn, asksConsent: true));
    }

    private static RedirectTarget? TargetOf(AuthorizeOutcome outcome) => outcome switch
    {
        AuthorizeOutcome.Granted granted => granted.Target,
        AuthorizeOutcome.Refused refused => refused.Target,
        AuthorizeOutcome.Answered answered => answered.Target,
        AuthorizeOutcome.SignIn signIn => signIn.Request.Target,
        AuthorizeOutcome.AskConsent ask => ask.Request.Target,
        _ => null,
    };

    private IResult Explain(HttpContext http, OAuthError error)
    {
        if (http.Request.PrefersJson())
        {
            http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
            return json.Refuse(error);
        }

        var view = new ErrorView(
            error.Status, new("Error.CannotGoOn"), error.Description, error.Code, http.TraceIdentifier)
        {
            RedirectUri = error.Mismatch?.Received,
        };
        return pages.Error(http, view);
    }

    // The request comes back as it was, and remembers which sign-in there was: without this the person would be asked
    // for ever.
    private string SignInUrl(AuthorizeOutcome.SignIn signIn, SignedInAccount? person) =>
        links.SignIn(BegunUrl(signIn.Request, person), signIn.As);

    private string RaiseUrl(AuthorizeOutcome.Raise raise, SignedInAccount? person)
    {
        var url = BegunUrl(raise.Request, person);
        return raise.Missing == Missing.Enrollment ? links.SetUpApp(url) : links.Factor(url);
    }

    private string BegunUrl(AuthorizeRequest request, SignedInAccount? person)
    {
        var begun = interactions.Begin(
            request.Parameters, person?.SignInId ?? string.Empty, request.Interaction is { AsksConsent: true });
        return links.Authorize(begun.ToQuery());
    }
}
