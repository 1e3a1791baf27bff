using OAuthServer.Accounts;
using OAuthServer.Accounts.External;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;

namespace OAuthServer.Endpoints.Logout;

/// <summary>Turns what was decided about a sign-out into a page or a 303, and has it done.</summary>
internal sealed class LogoutAnswer(
    SessionsService sessions,
    AccountLinks links,
    PageAnswers pages,
    ExternalProviders providers,
    ServerTelemetry telemetry)
{
    public IResult Malformed() => pages.Malformed(links.SignOut);

    public IResult Expired() => pages.FormExpired(links.SignOut);

    /// <summary>The same request as a GET.</summary>
    public IResult Again(HttpContext http, string query) => Redirect(http, links.Logout + query);

    /// <summary>The answer to one outcome.</summary>
    public async Task<IResult> WriteAsync(
        HttpContext http, LogoutOutcome outcome, SignedInAccount? person, string? state)
    {
        switch (outcome)
        {
            case LogoutOutcome.End end when person is not null:
                await sessions.SignOutAsync(http, person, end.Client);
                telemetry.Granted("logout");
                return end.Target is { } target ? Redirect(http, target) : SignedOut(null, person);
            case LogoutOutcome.Ask ask when person is not null:
                return pages.Logout(new LogoutView(
                    person.Name, ask.Client?.Name, ask.Client?.Id, ask.Target, ask.Target is null ? null : state));
            case LogoutOutcome.Nobody { Place: { } place, MayRedirect: true }:
                return Redirect(http, place.Url);
            case LogoutOutcome.Nobody nobody:
                return SignedOut(nobody.Place, person);
            default:
                throw new InvalidOperationException("An outcome has no answer.");
        }
    }

    /// <summary>The person said yes, or has no session any more.</summary>
    public async Task<IResult> EndAsync(HttpContext http, SignedInAccount? person, AppPlace? place)
    {
        if (person is not null)
        {
            await sessions.SignOutAsync(http, person);
            telemetry.Granted("logout");
        }

        return SignedOut(place, person);
    }

    // Where the session came from another provider, that one is named, and nobody is sent there.
    private IResult SignedOut(AppPlace? place, SignedInAccount? person)
    {
        var provider = providers.Find(person?.Provider)?.DisplayName;
        return place is null
            ? pages.SignedOut(links.SignIn(), provider)
            : pages.SignedOutOf(place.Name, place.Url, provider);
    }

    private static SeeOther Redirect(HttpContext http, string location)
    {
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return new SeeOther(location);
    }
}
