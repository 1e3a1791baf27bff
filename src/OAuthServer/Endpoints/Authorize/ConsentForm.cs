using System.Globalization;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>
/// The request that a consent form stands for, sealed so that the form's sender cannot change it (RFC 6749 §10.2).
/// </summary>
/// <param name="Id">Counts once: one form, one code.</param>
/// <param name="UserId">The person who was asked.</param>
/// <param name="SessionBegan">When that person's session began.</param>
/// <param name="Query">The authorization request, with its question mark.</param>
/// <param name="Secret">Makes the code of this form; in no database.</param>
/// <param name="ExpiresAt">After this the request begins again.</param>
internal sealed record ConsentTicket(
    Guid Id, Guid UserId, DateTimeOffset SessionBegan, string Query, string Secret, DateTimeOffset ExpiresAt)
{
    /// <summary>True in the session in which the form was shown.</summary>
    public bool IsOf(SignedInAccount person) => person.Id == UserId && person.AuthenticatedAt == SessionBegan;

    /// <summary>Holds a query and a secret.</summary>
    public override string ToString() => $"ticket of {UserId}";
}

/// <summary>What a person answered.</summary>
/// <param name="Form">The ticket of the form.</param>
/// <param name="Request">The authorization request.</param>
/// <param name="Allowed">False to deny it.</param>
internal sealed record ConsentAnswer(ConsentTicket Form, Parameters Request, bool Allowed);

/// <summary>The consent form: the page that asks, and the ticket that comes back with the answer.</summary>
internal sealed class ConsentForm(
    IDataProtectionProvider protection,
    PageAnswers pages,
    AccountLinks links,
    TimeProvider clock)
{
    // Not longer than a code's row is kept at least: the row is what makes the form count once.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly SealedJson<ConsentTicket> _tickets = new(protection, "OAuthServer.Authorize.ConsentTicket.v1");

    /// <param name="ask">What is asked.</param>
    /// <param name="person">Who is asked.</param>
    /// <param name="language">In which language.</param>
    public IResult Ask(AuthorizeOutcome.AskConsent ask, SignedInAccount person, CultureInfo language)
    {
        // What is shown is what is agreed to, whatever the defaults of client and server become meanwhile.
        var request = ask.Request;
        var shown = request.Parameters.With("scope", request.Scope.ToString())
            .With("resource", request.Resources.Select(api => api.Identifier));
        var (target, query) = (request.Target, shown.ToQuery());
        var ticket = new ConsentTicket(
            Handle.NewId(), person.Id, person.AuthenticatedAt, query, Handle.New(), clock.GetUtcNow() + Lifetime);
        var view = new ConsentView
        {
            ClientName = target.Client.Name,
            App = About(target.Client),
            Warnings = ask.Warnings,
            RedirectHost = RedirectUri.Display(target.RedirectUri),
            Asked = Views(request, language, (api, scope) => !ask.AgreedBefore[api.Canonical].Contains(scope)),
            AlreadyGranted = Views(request, language, (api, scope) => ask.AgreedBefore[api.Canonical].Contains(scope)),
            UserName = person.Name,
            Ticket = _tickets.Seal(ticket),
            SwitchAccountUrl = links.SignIn(links.Authorize(query), SignInAs.Another),
        };
        return pages.Consent(view, RedirectUri.ContentSecurityPolicySource(target.RedirectUri));
    }

    private AppView About(Client client) => new()
    {
        HomePage = client.HomePage,
        PrivacyPolicy = client.PrivacyPolicy,
        Terms = client.Terms,
        Logo = client.Logo is { } hash ? links.Logo(hash) : null,
    };

    /// <summary>The form was answered before, and the app has what it bought.</summary>
    public IResult Answered(RedirectTarget target)
    {
        var site = RedirectUri.Site(target.RedirectUri);
        return pages.Answered(new AnsweredView(
            target.Client.Name, RedirectUri.Display(target.RedirectUri), site, links.Connections));
    }

    /// <summary>The ticket, or null when it is not one of ours.</summary>
    public ConsentTicket? Open(string sealedTicket) => _tickets.Open(sealedTicket);

    /// <summary>True while the ticket may be answered.</summary>
    public bool IsLive(ConsentTicket ticket) => ticket.ExpiresAt > clock.GetUtcNow();

    /// <summary>A form that does not count any more. With a ticket the page leads back to its request.</summary>
    public IResult Expired(ConsentTicket? ticket = null) => pages.FormExpired(WayBack(ticket));

    /// <summary>A form that cannot be understood. With a ticket the page leads back to its request.</summary>
    public IResult Malformed(ConsentTicket? ticket = null) => pages.Malformed(WayBack(ticket));

    // The link only opens the request again: what is asked and of whom is checked anew.
    private string WayBack(ConsentTicket? ticket) =>
        ticket is null ? links.Account : links.Authorize(ticket.Query);

    // Those of the request's scopes that are chosen, below the name of their API.
    private static IReadOnlyList<ApiView> Views(
        AuthorizeRequest request, CultureInfo language, Func<Resource, string, bool> isChosen) =>
    [
        .. from api in request.Agreed
           let chosen = request.ScopeOf(api).Names.Where(scope => isChosen(api, scope)).ToList()
           where chosen.Count > 0
           select new ApiView(
               api.NameIn(language),
               [.. chosen.Select(scope => new ScopeView(scope, api.Describe(scope, language)))],
               api.IsPerson),
    ];
}
