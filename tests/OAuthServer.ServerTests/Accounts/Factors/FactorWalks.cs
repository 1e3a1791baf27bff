using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Longer ways through pages.</summary>
internal static class FactorWalks
{
    /// <summary>Signs in with the password and agrees, so that a code is one request away.</summary>
    public static async Task AuthorizeAsAsync(this TestBrowser browser, FactorPerson person, AuthorizationAsk ask)
    {
        await browser.SignInAsync(person.Email);
        Assert.NotNull((await browser.AuthorizeAsync(ask)).Code);
    }
}
