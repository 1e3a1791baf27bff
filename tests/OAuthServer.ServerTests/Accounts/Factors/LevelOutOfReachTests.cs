using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Where nobody may add a factor, a level can be out of reach.</summary>
public sealed class LevelOutOfReachTests(FactorsForNobody servers) : IClassFixture<FactorsForNobody>
{
    [Fact, Row("STEP-05")]
    public async Task A_known_level_that_this_person_cannot_reach_fails()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.AuthorizeAsAsync(person, OpenIdAsks.For());
        foreach (var levels in new[] { "2fa", "unknown 2fa" })
        {
            using var answer = await browser.GetAsync(OpenIdAsks.For().With("acr_values", levels).Path);
            var told = new AuthorizationAnswer(answer.Headers.Location!.OriginalString);
            Assert.Equal(
                (OpenIdAsks.RedirectUri, "unmet_authentication_requirements", null, "s-1", TestServer.Issuer),
                (told.Target, told.Error, told.Code, told["state"], told["iss"]));
        }

        Assert.NotNull((await browser.AuthorizeAsync(OpenIdAsks.For().With("acr_values", "unknown"))).Code);
        using var page = await browser.GetAsync(FactorPerson.App);
        Assert.EndsWith("/account/factors", page.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }
}
