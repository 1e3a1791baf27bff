using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.Testing;
using OtpNet;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Adding and removing a second factor.</summary>
public sealed class EnrollmentTests(FactorServers servers) : IClassFixture<FactorServers>
{
    private const string Remove = "/account/factors/app/remove";

    [Fact, Row("MFA-06")]
    public async Task Factors_change_after_a_fresh_sign_in_alone()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        servers.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        using var old = await browser.GetAsync(FactorPerson.App);
        Assert.StartsWith(
            "/account/sign-in?reauthenticate=true", old.Headers.Location!.OriginalString, StringComparison.Ordinal);

        using var fresh = await person.TypePasswordAsync(browser, old.Headers.Location!.OriginalString);
        Assert.StartsWith(FactorPerson.App, fresh.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var page = await browser.GetAsync(fresh.Headers.Location.OriginalString);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "http",
            html.Replace("http-equiv", "", StringComparison.Ordinal)
                .Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal),
            StringComparison.Ordinal);

        // Left half way, and finished with a wrong code.
        await person.ReadSecretAsync(page);
        Assert.Equal((0, 0), await RowsAsync(person));
        var form = await TestBrowser.FormAsync(page, FactorPerson.App);
        form.Fields["code"] = person.WrongCode();
        using var wrong = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal((0, 0), await RowsAsync(person));
        var secret = person.Secret;
        await person.ReadSecretAsync(wrong);
        Assert.Equal(secret, person.Secret);

        form.Fields["code"] = person.Code();
        using var right = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal((1, 10), await RowsAsync(person));
        Assert.Equal((1, 1), await ToldAsync(person, "FactorAdded", "factor_added"));
        // The same form again changes nothing.
        using var again = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, again.StatusCode);
        Assert.Equal((1, 1), await ToldAsync(person, "FactorAdded", "factor_added"));

        servers.Clock.Advance(TimeSpan.FromMinutes(11));
        using var factors = await browser.GetAsync("/account/factors");
        var removal = await TestBrowser.FormAsync(factors, Remove);
        using var late = await browser.PostAsync(removal.Action, removal.Fields);
        Assert.StartsWith(
            "/account/sign-in?reauthenticate=true", late.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal((1, 10), await RowsAsync(person));

        using var signedIn = await person.SignedInAsync();
        using var now = await signedIn.GetAsync("/account/factors");
        removal = await TestBrowser.FormAsync(now, Remove);
        using var removed = await signedIn.PostAsync(removal.Action, removal.Fields);
        Assert.EndsWith("done=removed", removed.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal((0, 0), await RowsAsync(person));
        Assert.Equal((1, 1), await ToldAsync(person, "FactorRemoved", "factor_removed"));
        using var plain = new TestBrowser(servers.First);
        await plain.SignInAsync(person.Email);
        Assert.True(await FactorPerson.HasSessionAsync(plain));
    }

    [Fact]
    public async Task One_factor_of_two_changes_no_factor()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync(remember: true);
        using var again = await person.TypePasswordAsync(browser, "/account/sign-in?reauthenticate=true");
        using var page = await browser.GetAsync("/account/factors");
        var removal = await TestBrowser.FormAsync(page, Remove);
        using var refused = await browser.PostAsync(removal.Action, removal.Fields);
        Assert.StartsWith(FactorPerson.Step, refused.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal((1, 10), await RowsAsync(person));
    }

    [Fact]
    public async Task Another_app_takes_the_place_of_the_first_and_leaves_the_recovery_codes()
    {
        var person = await servers.PersonAsync();
        using var browser = await person.EnrolledAsync();
        var (first, codes) = (person.Secret, person.RecoveryCodes);
        using var done = await person.EnrollAsync(browser, await browser.GetAsync(FactorPerson.App));
        Assert.EndsWith("done=app", done.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.NotEqual(first, person.Secret);
        Assert.Equal((1, 10), await RowsAsync(person));
        using var signedIn = await person.SignedInAsync();
        using var recovered = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(recovered, codes[0], recovery: true);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
    }

    [Fact]
    public async Task A_ticket_of_somebody_else_or_of_long_ago_is_worth_nothing()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        var other = await servers.PersonAsync();
        using var elsewhere = new TestBrowser(servers.First);
        await elsewhere.SignInAsync(other.Email);
        using var theirs = await elsewhere.GetAsync(FactorPerson.App);
        await other.ReadSecretAsync(theirs);
        var form = await TestBrowser.FormAsync(await browser.GetAsync(FactorPerson.App), FactorPerson.App);
        form.Fields["ticket"] = (await TestBrowser.FormAsync(theirs, FactorPerson.App)).Fields["ticket"];
        form.Fields["code"] = other.Code();
        using var refused = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal((0, 0), await RowsAsync(person));
    }

    [Fact, Row("MFA-05")]
    public async Task The_database_gives_no_factor_away()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var used = await person.SignedInAsync();
        using var recovered = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(recovered, person.RecoveryCodes[3], recovery: true);

        var dump = await DumpAsync();
        Assert.Contains("<key ", dump, StringComparison.Ordinal);
        var secret = Base32Encoding.ToBytes(person.Secret);
        var key = servers.First.Services.GetRequiredService<KeyRing>().Secrets.Current.FactorKey;
        foreach (var bytes in new[] { secret, key })
        {
            Assert.DoesNotContain(Convert.ToHexString(bytes), dump, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(bytes).TrimEnd('='), dump, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(person.Secret, dump, StringComparison.OrdinalIgnoreCase);
        foreach (var code in person.RecoveryCodes)
        {
            Assert.DoesNotContain(code, dump, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(
                code.Replace("-", "", StringComparison.Ordinal), dump, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(
                Convert.ToHexString(Base32Encoding.ToBytes(code.Replace("-", "", StringComparison.Ordinal))),
                dump,
                StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_secret_of_another_account_makes_no_codes_here()
    {
        var thief = await servers.PersonAsync();
        using var known = await thief.EnrolledAsync();
        var owner = await servers.PersonAsync();
        using var enrolled = await owner.EnrolledAsync();
        await servers.Database.ExecuteAsync(
            "UPDATE account_authenticators AS a SET secret = b.secret FROM account_authenticators AS b "
                + "WHERE a.account_id = $1 AND b.account_id = $2", owner.Id, thief.Id);
        using var browser = await owner.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(browser, thief.Code());
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    // Every row of every table, as text.
    private async Task<string> DumpAsync()
    {
        var tables = await servers.Database.QueryAsync(
            "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'");
        var rows = new List<string?>();
        foreach (var table in tables)
            rows.Add(await servers.Database.ScalarAsync<string>(
                $"SELECT string_agg(t::text, E'\\n') FROM {table["name"]} AS t"));
        return string.Join('\n', rows);
    }

    private async Task<(int Apps, int Codes)> RowsAsync(FactorPerson person) => (
        await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM account_authenticators WHERE account_id = $1", person.Id),
        await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM account_recovery_codes WHERE account_id = $1", person.Id));

    private async Task<(int Mails, int Events)> ToldAsync(FactorPerson person, string mail, string name) => (
        await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM mail_outbox WHERE account_id = $1 AND kind = $2", person.Id, mail),
        await servers.Database.ScalarAsync<int>(
            "SELECT count(*)::int FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event = $2",
            person.Id,
            name));
}
