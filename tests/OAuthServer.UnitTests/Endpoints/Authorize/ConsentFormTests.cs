using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Operators.Doctor;
using OAuthServer.UnitTests.Pages;

namespace OAuthServer.UnitTests.Endpoints.Authorize;

/// <summary>What a consent form asks, for whom, and how long it may be answered.</summary>
public sealed class ConsentFormTests
{
    private static readonly ClientRow Row = new()
    {
        ClientId = "notes",
        Name = "Notes",
        ApplicationType = "web",
        RedirectUris = ["https://app.example/cb"],
        AllowedScopes = ["read", "write"],
        DefaultScopes = [],
        GrantTypes = ["authorization_code"],
    };

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));
    private readonly SignedInAccount _person;
    private readonly ConsentForm _form;

    public ConsentFormTests()
    {
        _person = new SignedInAccount(Handle.NewId(), "alice@example.com", "stamp", _clock.GetUtcNow(), Handle.NewId());
        var options = Options.Create(new OAuthOptions { Issuer = "https://as.example.test" });
        var address = new ServerAddress(options);
        // A page is looked at as it is handed on; nothing is rendered here.
        var pages = Spoken.Pages(address, Checking.Environment());
        _form = new ConsentForm(new EphemeralDataProtectionProvider(), pages, new AccountLinks(address), _clock);
    }

    [Fact]
    public void A_form_may_be_answered_for_ten_minutes()
    {
        var ticket = Ask("read");

        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.True(_form.IsLive(ticket));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_form.IsLive(ticket));
    }

    [Fact]
    public void A_form_counts_in_the_session_in_which_it_was_shown()
    {
        var ticket = Ask("read");

        Assert.True(ticket.IsOf(_person));
        Assert.False(ticket.IsOf(_person with { Id = Handle.NewId() }));
        Assert.False(ticket.IsOf(_person with { AuthenticatedAt = _person.AuthenticatedAt.AddSeconds(1) }));
    }

    [Fact]
    public void No_two_forms_have_one_ticket_or_one_secret()
    {
        var (one, other) = (Ask("read"), Ask("read"));

        Assert.NotEqual(one.Id, other.Id);
        Assert.NotEqual(one.Secret, other.Secret);
    }

    [Fact]
    public void What_was_agreed_to_before_is_shown_apart_and_not_asked_again()
    {
        var view = Assert.IsType<ConsentView>(
            Assert.IsType<PageResult>(_form.Ask(Asked("read write"), _person, CultureInfo.InvariantCulture)).View);

        Assert.Equal(["write"], view.Asked.SelectMany(api => api.Scopes).Select(scope => scope.Name));
        Assert.Equal(["read"], view.AlreadyGranted.SelectMany(api => api.Scopes).Select(scope => scope.Name));
        Assert.Equal("alice@example.com", view.UserName);
    }

    [Fact]
    public void A_ticket_of_nobody_opens_nothing() => Assert.Null(_form.Open("AAAA"));

    private ConsentTicket Ask(string scope)
    {
        var page = Assert.IsType<PageResult>(_form.Ask(Asked(scope), _person, CultureInfo.InvariantCulture));
        return Assert.IsType<ConsentTicket>(_form.Open(Assert.IsType<ConsentView>(page.View).Ticket));
    }

    private static AuthorizeOutcome.AskConsent Asked(string text)
    {
        Assert.True(Scope.TryParse(text, out var scope));
        Assert.True(Parameters.TryParse(
            Encoding.ASCII.GetBytes("client_id=notes&scope=" + text.Replace(' ', '+')), out var parameters));
        var apis = Apis.Of("read", "write");
        var target = new RedirectTarget(new Client(Row, apis), Row.RedirectUris[0], true, null);
        var request = new AuthorizeRequest(target, scope, null, Prompt.Consent, parameters)
        {
            Resources = [apis.Default!],
        };
        return new AuthorizeOutcome.AskConsent(request, new[] { "read" }.ToLookup(_ => apis.Default!.Canonical));
    }
}
