using System.Net;
using OAuthServer.ServerTests.Endpoints.Logout;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>
/// A reset ends what a thief may hold: sessions, tokens, codes on their way, and forms that are open.
/// </summary>
public sealed class ResetEndsAllTests(SignOutApps apps) : IClassFixture<SignOutApps>
{
    [Fact]
    [Row("ACC-07")]
    public async Task A_reset_ends_everything_of_the_person_and_nothing_of_another()
    {
        await using var sink = MailSink.Start();
        await using var second = await apps.StartAsync([
            .. sink.Settings.Select(setting => (setting.Key, setting.Value!)),
        ]);
        var (person, email) = await apps.AddPersonAsync();
        var (_, otherEmail) = await apps.AddPersonAsync();
        string[] names = [await AddAppAsync(), await AddAppAsync(), await AddAppAsync()];
        string[] scopes = ["openid read", "openid read offline_access", "read"];
        using var one = await apps.SignInAsync(email);
        using var two = await apps.SignInAsync(email, second);
        using var stranger = await apps.SignInAsync(otherEmail);
        var foreign = await apps.OpenAsync(stranger, names[0]);
        var granted = new List<Reply>();
        for (var i = 0; i < 3; i++)
            granted.Add(
                (await apps.OpenAsync(i == 1 ? two : one, names[i], scopes[i], i == 1 ? second : apps.Server)).IsOk());
        var successor = (await apps.Server.RefreshAsync(granted[1].RefreshToken, names[1])).IsOk();
        var codes = new List<string>();
        foreach (var scope in new[] { "openid", "openid offline_access", "read" })
            codes.Add((await one.AuthorizeAsync(SignOutApps.Ask(names[0], scope))).Code!);
        using var consent = await one.GetAsync(OpenIdAsks.For("openid", names[0]).With("prompt", "consent").Path);

        using var owner = new TestBrowser(second);
        using (await MailedServer.AskAsync(owner, "/account/forgot", email))
        using (var set = await MailedServer.ChooseAsync(owner, (await sink.AwaitAsync(email))[0].Path))
            Assert.Equal("/account/reset?done=set", set.Headers.Location?.OriginalString);

        foreach (var (token, app) in new[]
        {
            (granted[0], names[0]),
            (granted[1], names[1]),
            (granted[2], names[2]),
            (successor, names[1]),
        })
        {
            Assert.Equal("invalid_grant", (await apps.Server.RefreshAsync(token.RefreshToken, app)).Error);
            Assert.True(await apps.Server.IsRevokedAsync(token.AccessToken!));
        }

        foreach (var code in codes)
            Assert.Equal("invalid_grant", (await apps.Server.RedeemAsync(code, names[0])).Error);
        using (var answered = await one.DecideAsync(consent, "allow"))
            Assert.DoesNotContain("code=", answered.Headers.Location?.OriginalString ?? "", StringComparison.Ordinal);
        foreach (var browser in new[] { one, two }) Assert.False(await browser.IsSignedInAsync());
        using (var silent = await one.GetAsync(OpenIdAsks.For("openid", names[0]).With("prompt", "none").Path))
            Assert.Contains("error=login_required", silent.Headers.Location!.Query, StringComparison.Ordinal);
        using (var asked = await one.GetAsync(OpenIdAsks.For("openid", names[0]).Path))
            Assert.StartsWith("/account/sign-in", asked.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.True(await stranger.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.OK, (await apps.Server.RefreshAsync(foreign.RefreshToken, names[0])).Status);

        // The old password is over, the new one works; a notice by mail and an audit event say so; the apps are told.
        using (var old = await one.TypePasswordAsync(await one.GetAsync("/account/sign-in"), email))
            Assert.Equal(HttpStatusCode.BadRequest, old.StatusCode);
        await one.SignInAsync(email, MailedServer.NewPassword);
        Assert.Equal("Your password was changed", (await sink.AwaitAsync(email, 2))[1].Message.Subject);
        Assert.Equal(
            1L,
            await apps.Database.ScalarAsync<long>(
                "SELECT count(*) FROM oauth_audit_events WHERE event = 'password_reset' "
                    + "AND pseudonym = pseudonym_of($1) AND address IS NOT NULL",
                person));
        Assert.NotEmpty(await apps.WaitForAsync(names[0]));
    }

    private async Task<string> AddAppAsync()
    {
        var id = $"reset-{Guid.NewGuid():N}";
        await apps.AddAppAsync(id);
        return id;
    }
}
