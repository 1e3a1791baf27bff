using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>The longest address and password that are looked at.</summary>
public sealed class CredentialLengthTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(256, 512, "unknown_account")]
    [InlineData(257, 512, "malformed_credentials")]
    [InlineData(256, 513, "malformed_credentials")]
    [InlineData(256, 0, "malformed_credentials")]
    public async Task An_address_has_256_characters_and_a_password_512(int email, int password, string reason)
    {
        using var browser = new TestBrowser(_server);
        using var page = await browser.GetAsync("/account/sign-in");
        using var answer = await browser.TypePasswordAsync(
            page, "@example.com".PadLeft(email, 'n'), new string('p', password));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(reason, await _server.Database.ScalarAsync<string>(
            "SELECT reason FROM oauth_audit_events WHERE event = 'sign_in' ORDER BY id DESC LIMIT 1"));
    }

    /// <summary>
    /// Code points of the composed form count: 128 of the widest and of decomposed ones are taken too.
    /// </summary>
    [Theory]
    [InlineData("z", 15, null)]
    [InlineData("z", 128, null)]
    [InlineData("\U0001F40E", 15, null)]
    [InlineData("\U0001F40E", 128, null)]
    [InlineData("\u1ec7", 128, null)]
    [InlineData("z", 14, "needs at least 15 characters")]
    [InlineData("\U0001F40E", 14, "needs at least 15 characters")]
    [InlineData("e\u0323\u0302", 14, "needs at least 15 characters")]
    [InlineData("z", 129, "at most 128 characters are taken, and this one has 129")]
    public async Task A_new_password_has_15_to_128_characters_and_then_signs_in(string last, int length, string? fault)
    {
        var chosen = "quiet harbo" + string.Concat(Enumerable.Repeat(last, length - 11));
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync(TestData.OtherEmail);
        using var answer = await ChangeAsync(browser, TestData.Password, chosen);

        Assert.Equal(fault is null ? HttpStatusCode.SeeOther : HttpStatusCode.BadRequest, answer.StatusCode);
        if (fault is not null)
        {
            Assert.Contains(fault, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            return;
        }

        using var next = new TestBrowser(_server);
        await next.SignInAsync(TestData.OtherEmail, chosen.Normalize(System.Text.NormalizationForm.FormD));
        using var back = await ChangeAsync(next, chosen, TestData.Password);
        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
    }

    [Fact]
    public async Task With_a_second_factor_for_everybody_8_characters_are_enough()
    {
        await using var server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?> { ["SecondFactor:Required"] = "Everyone" },
        });
        var rule = server.Services.GetRequiredService<IPasswordValidator<Account>>();

        Assert.True((await rule.ValidateAsync(null!, new Account(), "h4rbou7!")).Succeeded);
        Assert.False((await rule.ValidateAsync(null!, new Account(), "h4rbou7")).Succeeded);
        Assert.False((await rule.ValidateAsync(null!, new Account(), "passw0rd")).Succeeded);
    }

    private static async Task<HttpResponseMessage> ChangeAsync(TestBrowser browser, string current, string chosen)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (current, chosen, chosen);
        return await browser.PostAsync(form.Action, form.Fields);
    }
}
