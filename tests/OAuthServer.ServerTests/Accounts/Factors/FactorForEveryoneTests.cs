using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Where everyone needs a second factor, it is set up before there is a session.</summary>
public sealed class FactorForEveryoneTests(FactorsForEveryone servers) : IClassFixture<FactorsForEveryone>
{
    [Fact]
    public async Task A_factor_is_set_up_before_there_is_a_session()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        var ask = OpenIdAsks.For();
        using var start = await browser.GetAsync(ask.Path);
        using var step = await person.TypePasswordAsync(browser, start.Headers.Location!.OriginalString);
        var app = step.Headers.Location!.OriginalString;
        Assert.StartsWith(FactorPerson.App, app, StringComparison.Ordinal);
        Assert.False(await FactorPerson.HasSessionAsync(browser));
        using var other = await browser.GetAsync(FactorPerson.Step);
        Assert.StartsWith(FactorPerson.App, other.Headers.Location!.OriginalString, StringComparison.Ordinal);

        using var done = await person.EnrollAsync(browser, await browser.GetAsync(app));
        Assert.Equal(10, person.RecoveryCodes.Count);
        Assert.True(await FactorPerson.HasSessionAsync(browser));
        Assert.NotNull((await browser.AuthorizeAsync(ask)).Code);

        // The last one cannot be taken away here.
        using var page = await browser.GetAsync("/account/factors");
        Assert.DoesNotContain(
            "/account/factors/app/remove",
            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var form = await TestBrowser.FormAsync(page, "/account/factors/forget-browsers");
        using var kept = await browser.PostAsync("/account/factors/app/remove", form.Fields);
        Assert.EndsWith("done=kept", kept.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(1, await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM account_authenticators WHERE account_id = $1", person.Id));
    }

    [Fact]
    public async Task Whoever_knows_the_password_alone_replaces_no_factor()
    {
        var person = await servers.PersonAsync();
        using var early = new TestBrowser(servers.First);
        using var step = await person.TypePasswordAsync(early);
        using var page = await early.GetAsync(step.Headers.Location!.OriginalString);
        // Meanwhile the owner sets theirs up.
        using var owner = new TestBrowser(servers.First);
        using var theirs = await person.TypePasswordAsync(owner);
        using var mine = await owner.GetAsync(theirs.Headers.Location!.OriginalString);
        var thief = new FactorPerson(servers, person.Id, person.Email);
        await thief.ReadSecretAsync(page);
        using var done = await person.EnrollAsync(owner, mine);
        Assert.Equal(10, person.RecoveryCodes.Count);

        var form = await TestBrowser.FormAsync(page, FactorPerson.App);
        form.Fields["code"] = thief.Code();
        using var refused = await early.PostAsync(form.Action, form.Fields);
        Assert.StartsWith(FactorPerson.Step, refused.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var gone = await early.GetAsync(FactorPerson.App);
        Assert.StartsWith(FactorPerson.Step, gone.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }
}
