using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>Whose account somebody comes to who signed in at another provider (OpenID Connect Core §5.7).</summary>
public sealed class LinkingTests(ExternalServers servers) : IClassFixture<ExternalServers>
{
    [Fact, Row("EXT-01")]
    public async Task An_account_is_issuer_and_subject()
    {
        var account = await AccountAsync("google", Verified("s1", "one@example.org"));
        Assert.Equal("one@example.org", await AddressAsync(account));

        Assert.Equal(account, await AccountAsync("google", Verified("s1", "two@example.org")));
        var otherSubject = await AccountAsync("google", Verified("s2", "one@example.org"));
        var otherIssuer = await AccountAsync("other", new Somebody("s1"));
        Assert.Equal(3, new[] { account, otherSubject, otherIssuer }.Distinct().Count());
        Assert.Equal("one@example.org", await AddressAsync(account));
        Assert.Null(await AddressAsync(otherSubject));
    }

    [Fact, Row("EXT-02")]
    public async Task A_local_account_is_linked_on_proof_of_both_sides()
    {
        // Signed in: whatever address is known there.
        var signedIn = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(signedIn.Email);
        servers.Provider.Who = new Somebody("own") { Email = "elsewhere@example.org" };
        using var linked = await browser.ComeFromAsync("google", ExternalWalks.Logins);
        Assert.Equal("/account/logins?done=added", linked.Headers.Location?.OriginalString);
        Assert.Equal(signedIn.Id, await AccountAsync("google", servers.Provider.Who));

        var confirmed = await servers.PersonAsync();
        Assert.Equal(confirmed.Id, await AccountAsync("google", Verified("both", confirmed.Email)));
        Assert.Equal(["login_added"], await EventsAsync(confirmed.Id));

        var unconfirmed = await UnconfirmedAsync();
        Assert.NotEqual(unconfirmed.Id, await AccountAsync("google", Verified("theirs", unconfirmed.Email)));
        var unproven = await servers.PersonAsync();
        Assert.NotEqual(
            unproven.Id,
            await AccountAsync("google", new Somebody("claims") { Email = unproven.Email, EmailVerified = false }));

        // Two people with one address there, at once: it is one person's here.
        var wanted = await servers.PersonAsync();
        var answers = new List<(TestBrowser Browser, string Path)>();
        foreach (var subject in new[] { "first", "second" })
        {
            servers.Provider.Who = Verified(subject, wanted.Email);
            var one = new TestBrowser(subject == "first" ? servers.First : servers.Second);
            answers.Add((one, await ExternalWalks.AnswerAsync(await one.PressAsync("google"))));
        }

        await Task.WhenAll(answers.Select(answer => answer.Browser.GetAsync(answer.Path)));
        Guid?[] accounts =
        [
            await servers.AccountOfAsync("google", "first"), await servers.AccountOfAsync("google", "second"),
        ];
        Assert.Single(accounts, account => account == wanted.Id);
        Assert.Equal(2, accounts.OfType<Guid>().Distinct().Count());
    }

    [Fact]
    public async Task To_add_a_login_nobody_has_to_sign_in_anew_at_the_provider()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);

        using var sent = await browser.PressAsync("google", ExternalWalks.Logins);

        var asked = QueryHelpers.ParseQuery(sent.Headers.Location!.Query);
        Assert.True(asked.ContainsKey("state"));
        Assert.False(asked.ContainsKey("prompt") || asked.ContainsKey("max_age"));
    }

    [Fact]
    public async Task One_person_who_comes_twice_at_once_has_one_account()
    {
        servers.Provider.Who = Verified("twice", "twice@example.org");
        var answers = new List<(TestBrowser Browser, string Path)>();
        for (var n = 0; n < 8; n++)
        {
            var browser = new TestBrowser(n % 2 == 0 ? servers.First : servers.Second);
            answers.Add((browser, await ExternalWalks.AnswerAsync(await browser.PressAsync("google"))));
        }

        var came = await Task.WhenAll(answers.Select(answer => answer.Browser.GetAsync(answer.Path)));
        Assert.All(came, answer => Assert.Equal("/account", answer.Headers.Location?.OriginalString));
        Assert.Equal(1, await servers.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts WHERE email = 'twice@example.org'"));
        Assert.Equal(
            1, await servers.Database.ScalarAsync<long>("SELECT count(*) FROM account_logins WHERE subject = 'twice'"));
    }

    [Fact, Row("EXT-03")]
    public async Task Registering_ahead_of_somebody_gains_nothing()
    {
        // A stranger has the victim's address, a password, and a session.
        var ahead = await UnconfirmedAsync();
        using var stranger = new TestBrowser(servers.First);
        await stranger.SignInAsync(ahead.Email);
        using var victim = new TestBrowser(servers.First);
        servers.Provider.Who = Verified("victim", ahead.Email);
        using var came = await victim.ComeFromAsync("google");
        var account = (await servers.AccountOfAsync("google", "victim"))!.Value;
        Assert.NotEqual(ahead.Id, account);
        Assert.Equal((ahead.Email, null), (await AddressAsync(account), await AddressAsync(ahead.Id)));
        Assert.Equal(ahead.Email, await victim.NameAsync());

        using var again = new TestBrowser(servers.First);
        using var refused = await servers.AsTimePassesAsync(
            again.TypePasswordAsync(await again.GetAsync("/account/sign-in"), ahead.Email));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var data = await stranger.GetAsync("/account/data");
        Assert.DoesNotContain(account.ToString(), await data.TextAsync(), StringComparison.Ordinal);
        Assert.Contains("address_taken", await EventsAsync(ahead.Id));

        // The reverse: the stranger claims the address at the provider.
        var owner = await servers.PersonAsync();
        var separate = await AccountAsync("google", new Somebody("impostor")
        {
            Email = owner.Email,
            EmailVerified = false,
        });
        Assert.NotEqual(owner.Id, separate);
        Assert.Null(await AddressAsync(separate));
        Assert.Equal(owner.Email, await AddressAsync(owner.Id));
    }

    [Fact, Row("EXT-04")]
    public async Task A_missing_email_verified_is_false_and_the_tenant_is_pinned()
    {
        foreach (bool? verified in new bool?[] { null, false })
        {
            var person = await servers.PersonAsync();
            var account = await AccountAsync("entra", new Somebody($"entra-{verified}")
            {
                Email = person.Email,
                EmailVerified = verified,
            });
            Assert.NotEqual(person.Id, account);
            Assert.Null(await AddressAsync(account));
        }

        using var browser = new TestBrowser(servers.First);
        var known = await servers.PersonAsync();
        servers.Provider.Who = Verified("tenant", known.Email) with
        {
            WrongClaims = new() { ["iss"] = servers.Provider.Issuer("entra-of-others") },
        };
        using var refused = await browser.ComeFromAsync("entra");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.False(await FactorPerson.HasSessionAsync(browser));
    }

    [Fact]
    public async Task An_operator_can_vouch_for_the_addresses_and_pin_the_people()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        servers.Provider.Who = new Somebody("pinned")
        {
            Email = person.Email,
            Claims = new() { ["hd"] = "example.org" },
        };
        using var refused = await browser.ComeFromAsync("trusted");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        servers.Provider.Who = new Somebody("pinned")
        {
            Email = person.Email,
            Claims = new() { ["hd"] = "example.com" },
        };
        using var came = await browser.ComeFromAsync("trusted");
        Assert.Equal(person.Id, await servers.AccountOfAsync("trusted", "pinned"));
        Assert.Equal(person.Email, await browser.NameAsync());
    }

    [Fact]
    public async Task Whoever_has_no_account_is_told_so_where_none_are_made()
    {
        using var browser = new TestBrowser(servers.First);
        servers.Provider.Who = Verified("unknown", "unknown@example.org");
        using var refused = await browser.ComeFromAsync("closed");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("You have no account here", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Null(await servers.AccountOfAsync("closed", "unknown"));
        Assert.False(await FactorPerson.HasSessionAsync(browser));
    }

    [Fact]
    public async Task A_disabled_account_is_closed_from_outside_too()
    {
        var person = await servers.PersonAsync();
        await servers.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", person.Id);
        using var browser = new TestBrowser(servers.First);
        servers.Provider.Who = Verified("shut", person.Email);
        using var refused = await browser.ComeFromAsync("google");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("You cannot sign in here with The google", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.False(await FactorPerson.HasSessionAsync(browser));
    }

    [Fact]
    public async Task GitHub_is_known_by_its_number_and_its_verified_address_alone()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        servers.Provider.Who = new Somebody("4711") { Email = person.Email, EmailVerified = false };
        using var came = await browser.ComeFromAsync("github");
        var separate = await servers.AccountOfAsync("github", "4711");
        Assert.NotNull(separate);
        Assert.NotEqual(person.Id, separate);
        Assert.Equal("octo", await browser.NameAsync());
        Assert.True(servers.Provider.Asked.TryPeek(out var asked) && asked["code_challenge_method"] == "S256");

        servers.Provider.Who = new Somebody("4712") { Email = person.Email, EmailVerified = true };
        using var other = new TestBrowser(servers.First);
        var path = await ExternalWalks.AnswerAsync(await other.PressAsync("github"));
        using var linked = await other.GetAsync(path);
        Assert.Equal(person.Id, await servers.AccountOfAsync("github", "4712"));
        using var again = await other.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        servers.Provider.Who = new Somebody("4713") { GoesBack = true };
        using var back = await other.ComeFromAsync("github", "/account/sign-in?reauthenticate=true");
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
    }

    /// <summary>
    /// What a session was good for when the person left for the provider may be over when they come back.
    /// </summary>
    [Fact]
    public async Task Nothing_is_linked_to_an_account_that_changed_or_was_disabled_meanwhile()
    {
        var ct = TestContext.Current.CancellationToken;
        var logins = new AccountLogins(servers.Database.Contexts);
        var person = await servers.PersonAsync();
        var login = new LoginKey(servers.Provider.Issuer("google"), "meanwhile", null);
        var before = await StampAsync();
        await servers.Database.ExecuteAsync("UPDATE accounts SET security_stamp = 'another' WHERE id = $1", person.Id);
        Assert.False(await logins.TryLinkAsync(login, person.Id, before, ct));

        await servers.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", person.Id);
        Assert.False(await logins.TryLinkAsync(login, person.Id, await StampAsync(), ct));
        await servers.Database.ExecuteAsync("UPDATE accounts SET disabled_at = NULL WHERE id = $1", person.Id);
        Assert.True(await logins.TryLinkAsync(login, person.Id, await StampAsync(), ct));
        Assert.Equal(person.Id, await servers.AccountOfAsync("google", "meanwhile"));

        async Task<string> StampAsync() =>
            (await servers.Database.ScalarAsync<string>(
                "SELECT security_stamp FROM accounts WHERE id = $1", person.Id))!;
    }

    private static Somebody Verified(string subject, string email) =>
        new(subject) { Email = email, EmailVerified = true };

    // In a browser of its own.
    private async Task<Guid> AccountAsync(string provider, Somebody who)
    {
        using var browser = new TestBrowser(servers.First);
        servers.Provider.Who = who;
        using var came = await browser.ComeFromAsync(provider);
        Assert.Equal(HttpStatusCode.SeeOther, came.StatusCode);
        Assert.True(await FactorPerson.HasSessionAsync(browser));
        return (await servers.AccountOfAsync(provider, who.Subject))!.Value;
    }

    private async Task<FactorPerson> UnconfirmedAsync()
    {
        var person = await servers.PersonAsync();
        await servers.Database.ExecuteAsync("UPDATE accounts SET email_confirmed = false WHERE id = $1", person.Id);
        return person;
    }

    private Task<string?> AddressAsync(Guid account) =>
        servers.Database.ScalarAsync<string?>("SELECT email FROM accounts WHERE id = $1", account);

    private async Task<IReadOnlyList<string>> EventsAsync(Guid account) =>
        (await servers.Database.ScalarAsync<string[]>(
            "SELECT array_agg(event ORDER BY id) FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) "
                + "AND event <> 'sign_in'", account)) ?? [];
}
