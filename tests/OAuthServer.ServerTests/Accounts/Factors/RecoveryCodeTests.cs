using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Recovery codes: strong, each good once, and shown once.</summary>
public sealed class RecoveryCodeTests(FactorServers servers) : IClassFixture<FactorServers>
{
    [Fact, Row("MFA-04")]
    public async Task Recovery_codes_are_strong_single_and_shown_once()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        var set = person.RecoveryCodes;
        Assert.Equal(10, set.Distinct().Count());
        // 16 of 32 letters and digits: 80 bits.
        Assert.All(set, code => Assert.Matches("^([a-z2-7]{4}-){3}[a-z2-7]{4}$", code));
        foreach (var path in new[] { "/account/factors", FactorPerson.App })
        {
            using var page = await enrolled.GetAsync(path);
            Assert.DoesNotContain(
                set[0],
                await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.SeeOther, await TryAsync(person, set[0]));
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(person, set[0]));
        List<TestBrowser> browsers = [];
        for (var n = 0; n < 20; n++)
            browsers.Add(await person.AtSecondStepAsync(n % 2 == 0 ? servers.First : servers.Second));
        var answers = await Task.WhenAll(
            browsers.Select(browser => FactorPerson.TypeCodeAsync(
                browser, set[1].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal), recovery: true)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        foreach (var browser in browsers) browser.Dispose();
        Assert.Equal(2, await MailsAsync(person, "RecoveryCodeUsed"));

        using var fresh = await person.SignedInAsync();
        using var factors = await fresh.GetAsync("/account/factors");
        Assert.Contains(
            "Codes left: 8.",
            await factors.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        var form = await TestBrowser.FormAsync(factors, "/account/factors/recovery-codes");
        using var made = await fresh.PostAsync(form.Action, form.Fields);
        await person.ReadCodesAsync(made);
        Assert.Empty(person.RecoveryCodes.Intersect(set));
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(person, set[2]));
        Assert.Equal(HttpStatusCode.SeeOther, await TryAsync(person, person.RecoveryCodes[9]));
        Assert.Equal(3, await MailsAsync(person, "RecoveryCodeUsed"));
    }

    [Fact]
    public async Task A_code_is_good_for_its_own_account_alone()
    {
        var one = await servers.PersonAsync();
        using var first = await one.EnrolledAsync();
        var other = await servers.PersonAsync();
        using var second = await other.EnrolledAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(other, one.RecoveryCodes[0]));
    }

    private static async Task<HttpStatusCode> TryAsync(FactorPerson person, string code)
    {
        using var browser = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(browser, code, recovery: true);
        return answer.StatusCode;
    }

    private Task<long> MailsAsync(FactorPerson person, string kind) =>
        servers.Database.ScalarAsync<long>(
            "SELECT count(*) FROM mail_outbox WHERE account_id = $1 AND kind = $2", person.Id, kind);
}
