using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Apps that ask for two factors: by acr_values, by their registration, by a scope (RFC 9470 §5).</summary>
public sealed class StepUpFactorTests(FactorServers servers) : IClassFixture<FactorServers>
{
    [Fact, Row("STEP-10")]
    public async Task In_a_live_session_the_missing_factor_alone_is_asked_for()
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.SignInAsync(person.Email);
        var before = await browser.TokensAsync(servers.First, OpenIdAsks.For("openid read"));
        using (await person.EnrolledAsync())
        {
        }

        servers.Clock.Advance(TimeSpan.FromMinutes(3));
        var ask = OpenIdAsks.For("openid read").With("acr_values", "2fa");
        using var silent = await browser.GetAsync(ask.With("prompt", "none").Path);
        Assert.Contains("error=login_required", silent.Headers.Location!.OriginalString, StringComparison.Ordinal);

        using var asked = await browser.GetAsync(ask.Path);
        var step = asked.Headers.Location!.OriginalString;
        Assert.StartsWith(FactorPerson.Step + "?returnUrl=", step, StringComparison.Ordinal);
        using var wrong = await FactorPerson.TypeCodeAsync(browser, person.WrongCode(), page: step);
        Assert.Equal(400, (int)wrong.StatusCode);
        using var done = await FactorPerson.TypeCodeAsync(browser, person.Code(), page: step);
        using var code = await browser.GetAsync(done.Headers.Location!.OriginalString);
        var after = await servers.First.RedeemAsync(
            new AuthorizationAnswer(code.Headers.Location!.OriginalString).Code!, OpenIdAsks.Client);

        Assert.Equal("1fa", before.IdToken()!.GetPayloadValue<string>("acr"));
        var now = servers.Clock.GetUtcNow().ToUnixTimeSeconds();
        foreach (var token in new[] { after.IdToken()!, new JsonWebToken(after.AccessToken) })
        {
            Assert.Equal("2fa", token.GetPayloadValue<string>("acr"));
            Assert.Equal(now, token.GetPayloadValue<long>("auth_time"));
        }

        Assert.Equal(before.IdToken()!.GetPayloadValue<string>("sid"), after.IdToken()!.GetPayloadValue<string>("sid"));
        // It is enough for the next app.
        using var next = await browser.GetAsync(ask.With("prompt", "none").Path);
        Assert.Contains("code=", next.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acr_values", "2fa")]
    [InlineData("acr_values", "gold 2fa")]
    [InlineData("claims", """{"id_token":{"acr":{"essential":true,"value":"2fa"}}}""")]
    public async Task Whoever_has_no_factor_sets_one_up_on_the_way(string name, string value)
    {
        var person = await servers.PersonAsync();
        using var browser = new TestBrowser(servers.First);
        await browser.AuthorizeAsAsync(person, OpenIdAsks.For("openid read"));
        using var asked = await browser.GetAsync(OpenIdAsks.For("openid read").With(name, value).Path);
        Assert.StartsWith(FactorPerson.App, asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
        using var codes = await person.EnrollAsync(
            browser, await browser.GetAsync(asked.Headers.Location.OriginalString));
        var html = await codes.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("href=\"/oauth/authorize?", html, StringComparison.Ordinal);
        var tokens = await browser.TokensAsync(servers.First, OpenIdAsks.For("openid read").With(name, value));
        Assert.Equal("2fa", tokens.IdToken()!.GetPayloadValue<string>("acr"));
    }

    [Fact]
    public async Task A_client_or_a_scope_can_ask_for_two_factors_always()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var remembered = await person.SignedInAsync(remember: true);
        using var again = await person.TypePasswordAsync(remembered, "/account/sign-in?reauthenticate=true");

        await servers.Database.ExecuteAsync(
            "UPDATE oauth_clients SET require_second_factor = true WHERE client_id = 'other-web'");
        await servers.Database.ExecuteAsync(
            "UPDATE oauth_resources SET second_factor_scopes = '{write}' WHERE is_default");
        var client = AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri);
        var write = new AuthorizationAsk().With("scope", "read write");
        foreach (var ask in new[] { client, write })
        {
            await Eventually.BecomesTrue(
                () => IsAskedAsync(remembered, ask), TimeSpan.FromSeconds(10), "two factors are asked for");
            // Going back to the request skips nothing.
            Assert.True(await IsAskedAsync(remembered, ask));
            using var silent = await remembered.GetAsync(ask.With("prompt", "none").Path);
            Assert.Contains("error=login_required", silent.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }

        using var read = await remembered.GetAsync(new AuthorizationAsk().Path);
        Assert.Equal(200, (int)read.StatusCode);
        person.NextStep();
        using var done = await FactorPerson.TypeCodeAsync(remembered, person.Code());
        foreach (var ask in new[] { client, write })
            Assert.NotNull((await remembered.AuthorizeAsync(ask)).Code);
        await servers.Database.ExecuteAsync(
            "UPDATE oauth_clients SET require_second_factor = false; UPDATE oauth_resources "
                + "SET second_factor_scopes = '{}'");
    }

    [Fact]
    public async Task A_consent_form_of_a_surer_session_buys_nothing_in_a_weaker_one()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync(remember: true);
        using var form = await browser.GetAsync(OpenIdAsks.For("openid read").With("acr_values", "2fa").Path);
        Assert.Equal(200, (int)form.StatusCode);
        using var weaker = await person.TypePasswordAsync(browser, "/account/sign-in?reauthenticate=true");
        using var answer = await browser.DecideAsync(form, "allow");
        using var next = await browser.GetAsync(answer.Headers.Location!.OriginalString);
        Assert.StartsWith(FactorPerson.Step, next.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    private static async Task<bool> IsAskedAsync(TestBrowser browser, AuthorizationAsk ask)
    {
        using var answer = await browser.GetAsync(ask.Path);
        return answer.Headers.Location?.OriginalString.StartsWith(FactorPerson.Step, StringComparison.Ordinal) == true;
    }
}
