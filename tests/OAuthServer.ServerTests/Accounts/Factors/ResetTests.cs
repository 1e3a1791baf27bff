using System.Net;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Accounts.Passkeys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>A forgotten password beside second factors: whoever reads the mail has one factor, and no more.</summary>
public sealed class ResetTests(FactorServers servers) : IClassFixture<FactorServers>
{
    private const string Chosen = "walrus lantern copper tide";

    [Theory, Row("ACC-08")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_is_no_second_factor(bool byPasskey)
    {
        var person = await servers.PersonAsync();
        using var owner = new TestBrowser(servers.First);
        await owner.SignInAsync(person.Email);
        using var enrolled = byPasskey
            ? await owner.AddPasskeyAsync(new SoftAuthenticator())
            : await person.EnrollAsync(owner, await owner.GetAsync(FactorPerson.App));
        Assert.Equal(HttpStatusCode.OK, enrolled.StatusCode);

        var token = Handle.New();
        await servers.Database.ExecuteAsync("""
            INSERT INTO account_tokens (hash, kind, account_id, security_stamp, address, normalized_address, expires_at)
            SELECT $1, 'reset', id, security_stamp, email, normalized_email, now() + interval '30 minutes' FROM accounts
                WHERE id = $2
            """, Handle.Hash(token), person.Id);
        using var browser = new TestBrowser(servers.First);
        var form = await TestBrowser.FormAsync(
            await browser.GetAsync("/account/reset?token=" + token), "/account/reset");
        form.Fields["new"] = form.Fields["repeat"] = Chosen;
        using var reset = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, reset.StatusCode);
        Assert.False(await FactorPerson.HasSessionAsync(browser));

        using var step = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in"), person.Email, Chosen);
        Assert.StartsWith(FactorPerson.Step, step.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.False(await FactorPerson.HasSessionAsync(browser));
    }
}
