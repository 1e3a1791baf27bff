using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>The longest address and password that are looked at.</summary>
public sealed class CredentialLengthTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    [Theory]
    [InlineData(256, 256, "unknown_account")]
    [InlineData(257, 256, "malformed_credentials")]
    [InlineData(256, 257, "malformed_credentials")]
    [InlineData(256, 0, "malformed_credentials")]
    public async Task An_address_and_a_password_have_256_characters(int email, int password, string reason)
    {
        using var browser = new TestBrowser(_server);
        using var page = await browser.GetAsync("/account/sign-in");
        using var answer = await browser.TypePasswordAsync(
            page, "@example.com".PadLeft(email, 'n'), new string('p', password));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(reason, await _server.Database.ScalarAsync<string>(
            "SELECT reason FROM oauth_audit_events WHERE event = 'sign_in' ORDER BY id DESC LIMIT 1"));
    }

    [Theory]
    [InlineData(256, HttpStatusCode.SeeOther)]
    [InlineData(257, HttpStatusCode.BadRequest)]
    public async Task A_new_password_has_256_characters_and_then_signs_in(int length, HttpStatusCode expected)
    {
        var chosen = string.Concat(Enumerable.Range(0, 64).Select(i => $"w{i:000}")) + new string('z', length - 256);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (TestData.Password, chosen, chosen);

        using var answer = await browser.PostAsync(form.Action, form.Fields);

        Assert.Equal(expected, answer.StatusCode);
        if (expected != HttpStatusCode.SeeOther) return;
        using var next = new TestBrowser(_server);
        await next.SignInAsync(TestData.OtherEmail, chosen);
        form = await TestBrowser.FormAsync(await next.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (chosen, TestData.Password, TestData.Password);
        using var back = await next.PostAsync(form.Action, form.Fields);
    }
}
