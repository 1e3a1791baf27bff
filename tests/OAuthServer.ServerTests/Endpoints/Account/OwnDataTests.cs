using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Endpoints.Logout;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>People download what is kept of them, and delete their account.</summary>
public sealed class OwnDataTests(MailedServer mailed) : IClassFixture<MailedServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_account_is_gone_with_all_that_it_held()
    {
        var (id, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync(
            "INSERT INTO account_profiles (account_id, name) VALUES ($1, 'Somebody')", id);
        using var browser = new TestBrowser(mailed.Server);
        using var other = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        await other.SignInAsync(email);
        var tokens = await browser.TokensAsync(
            mailed.Server, OpenIdAsks.For("openid read offline_access").With("prompt", "consent"));

        var pseudonym = await mailed.Database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", id);
        using (var unsure = await PressAsync(browser, sure: false))
            Assert.Equal(HttpStatusCode.BadRequest, unsure.StatusCode);
        Assert.Equal(1L, await mailed.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE id = $1", id));
        using (var done = await PressAsync(browser, sure: true))
            Assert.Equal("/account/delete?done=deleted", done.Headers.Location?.OriginalString);
        using (var page = await browser.GetAsync("/account/delete?done=deleted"))
            Assert.Contains(
                "Your account is deleted", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        Assert.Equal(
            0L,
            await mailed.Database.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM accounts WHERE id = $1) + (SELECT count(*) FROM account_profiles "
                    + "WHERE account_id = $1) + (SELECT count(*) FROM oauth_consents WHERE user_id = $1)",
                id));
        Assert.Equal("invalid_grant", (await mailed.Server.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.True(await mailed.Server.IsRevokedAsync(tokens.AccessToken!));
        using (var ended = await other.GetAsync("/account/sessions"))
            Assert.StartsWith("/account/sign-in", ended.Headers.Location?.OriginalString, StringComparison.Ordinal);
        using (var refused = await other.TypePasswordAsync(await other.GetAsync("/account/sign-in"), email))
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("Your account is deleted", (await mailed.Sink.AwaitAsync(email))[0].Message.Subject);
        Assert.Equal(1L, await mailed.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = $1 AND event = 'account_deleted'", pseudonym));
        Assert.Equal(0L, await mailed.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events AS e WHERE e::text LIKE '%' || $1 || '%'", email));
    }

    [Fact]
    public async Task What_is_kept_of_a_person_is_one_file_without_secrets()
    {
        var (id, email) = await mailed.AddPersonAsync();
        await mailed.Database.ExecuteAsync("INSERT INTO account_profiles (account_id, name) VALUES ($1, 'Jörg')", id);
        await mailed.Database.ExecuteAsync(
            "INSERT INTO account_recovery_codes (account_id, code, used_at) VALUES ($1, sha256('x'), now())", id);
        using var browser = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        await browser.TokensAsync(mailed.Server, OpenIdAsks.For("openid read"));
        using var file = await browser.PressAsync("/account/data", "/account/data");
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Equal(("application/json", "account.json", "no-store"), (
            file.Content.Headers.ContentType?.MediaType,
            file.Content.Headers.ContentDisposition?.FileName,
            file.Headers.CacheControl?.ToString()));
        var text = await file.Content.ReadAsStringAsync(Ct);
        var data = JsonDocument.Parse(text).RootElement;
        Assert.Equal((email, "Jörg"), (
            data.GetProperty("account").GetProperty("email").GetString(),
            data.GetProperty("profile").GetProperty("name").GetString()));
        Assert.Equal(1, data.GetProperty("sessions").GetArrayLength());
        Assert.NotEqual(0, data.GetProperty("connected_apps").GetArrayLength());
        Assert.NotEqual(0, data.GetProperty("access_of_apps").GetArrayLength());
        Assert.Contains(
            data.GetProperty("events").EnumerateArray(), row => row.GetProperty("event").GetString() == "sign_in");
        Assert.Equal(
            ["made_at", "used_at"],
            data.GetProperty("recovery_codes")[0]
                .EnumerateObject()
                .Select(member => member.Name)
                .Order(StringComparer.Ordinal));
        Assert.Equal(
            (0, JsonValueKind.Null),
            (data.GetProperty("passkeys").GetArrayLength(), data.GetProperty("authenticator_app").ValueKind));
        foreach (var secret in new[]
        {
            "password_hash",
            "security_stamp",
            "factor_stamp",
            "previous_token",
            TestData.AliceId.ToString(),
        })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    /// <summary>An old session is asked to sign in again first, and comes back.</summary>
    [Theory]
    [InlineData("/account/delete")]
    [InlineData("/account/data")]
    [InlineData("/account/email")]
    public async Task An_old_sign_in_is_not_enough(string path)
    {
        var clock = new MovedTime();
        await using var own = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<TimeProvider>(clock),
        });
        using var browser = new TestBrowser(own);
        await browser.SignInAsync();
        using (var recent = await browser.GetAsync(path)) Assert.Equal(HttpStatusCode.OK, recent.StatusCode);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        clock.By = TimeSpan.FromMinutes(11);
        using var page = await browser.GetAsync(path);
        var again = $"/account/sign-in?reauthenticate=true&returnUrl={Uri.EscapeDataString(path)}";
        Assert.Equal(again, page.Headers.Location?.OriginalString);
        using var posted = await browser.PostAsync(
            path,
            [new("antiforgery", form.Fields["antiforgery"]), new("sure", "true"), new("email", "new@example.com")]);
        Assert.Equal(again, posted.Headers.Location?.OriginalString);
        Assert.Equal(
            1L, await own.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE id = $1", TestData.AliceId));
    }

    private static async Task<HttpResponseMessage> PressAsync(TestBrowser browser, bool sure)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/delete"), "/account/delete");
        if (sure) form.Fields["sure"] = "true";
        return await browser.PostAsync(form.Action, form.Fields);
    }

    private sealed class MovedTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
