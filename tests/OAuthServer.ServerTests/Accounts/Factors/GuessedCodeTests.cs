using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Guessing the six digits behind the right password ends, and the owner still gets in.</summary>
public sealed class GuessedCodeTests(FactorServers servers) : IClassFixture<FactorServers>
{
    [Fact, Row("MFA-03")]
    public async Task Guessing_ends_and_shuts_nobody_out()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        Assert.Equal(HttpStatusCode.SeeOther, await TryAsync(person, person.Code(-1)));
        person.NextStep();
        person.NextStep();
        Assert.Equal(HttpStatusCode.SeeOther, await TryAsync(person, person.Code(1)));
        person.NextStep();
        person.NextStep();
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(person, person.Code(2)));
        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(person, person.Code(-2)));

        using var stranger = await person.AtSecondStepAsync();
        var answers = new List<HttpResponseMessage>();
        var form = await TestBrowser.FormAsync(await stranger.GetAsync(FactorPerson.Step), FactorPerson.Step);
        form.Fields["code"] = person.WrongCode();
        for (var n = 0; n < 100; n++) answers.Add(await stranger.PostAsync(form.Action, form.Fields));
        var first = answers.FindIndex(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.InRange(first, 1, 19);
        Assert.All(answers[first..], answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode));
        Assert.True(answers[^1].Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains(
            "with=recovery",
            await answers[^1].Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal(1, await servers.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event = 'budget_used_up' "
                + "AND reason = 'factor_guesses_exhausted'", person.Id));

        // The right code is not looked at either, on the other instance too.
        using var other = await person.AtSecondStepAsync(servers.Second);
        using var right = await FactorPerson.TypeCodeAsync(other, person.Code());
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);

        // The owner has another way in, and codes are taken again after it.
        using var recovered = await FactorPerson.TypeCodeAsync(other, person.RecoveryCodes[0], recovery: true);
        Assert.Equal(HttpStatusCode.SeeOther, recovered.StatusCode);
        Assert.True(await FactorPerson.HasSessionAsync(other));
        Assert.Equal(HttpStatusCode.SeeOther, await TryAsync(person, person.Code()));
    }

    [Fact]
    public async Task Each_wait_is_longer_and_after_a_hundred_no_code_is_taken()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.AtSecondStepAsync();
        var waits = new List<double>();
        for (var n = 0; n < 8; n++)
        {
            await WaitedAsync(person, wrongCodes: null);
            using var wrong = await FactorPerson.TypeCodeAsync(browser, person.WrongCode());
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            waits.Add(
                await servers.Database.ScalarAsync<double?>(
                    "SELECT extract(epoch FROM waits_until - now())::float8 FROM account_authenticators "
                        + "WHERE account_id = $1 AND waits_until IS NOT NULL",
                    person.Id) ?? 0);
        }

        Assert.Equal([0, 0, 0, 0], waits.Take(4).Select(wait => (int)wait));
        Assert.True(waits[5] > waits[4] + 50 && waits[7] > waits[6] + 200, string.Join(' ', waits));

        await WaitedAsync(person, wrongCodes: 100);
        using var refused = await FactorPerson.TypeCodeAsync(browser, person.Code());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
    }

    private static async Task<HttpStatusCode> TryAsync(FactorPerson person, string code)
    {
        using var browser = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(browser, code);
        return answer.StatusCode;
    }

    private Task<int> WaitedAsync(FactorPerson person, int? wrongCodes) => servers.Database.ExecuteAsync(
        "UPDATE account_authenticators SET waits_until = NULL, wrong_codes = coalesce($2, wrong_codes) "
            + "WHERE account_id = $1", person.Id, wrongCodes);
}
