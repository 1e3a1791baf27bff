using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>The causes of refusal at the pages for people.</summary>
internal static class PageRefusals
{
    private const string Wrong = "wrong-demo-password";
    private const string Chosen = "Another-Demo-Passw0rd-2026";

    public static IEnumerable<RefusalCase> All =>
    [
        FormOf("form_unreadable", "sign-in", stage => stage.PostAsync("/account/sign-in", "email=a&email=b")),
        FormOf(
            "form_expired",
            "sign-in",
            stage => stage.PostAsync("/account/sign-in", "email=a&password=b&antiforgery=forged")),
        SignIn("malformed_credentials", stage => stage.SignInAsync(TestData.Email, "")),
        SignIn("unknown_account", stage => stage.SignInAsync("nobody@example.com", Wrong)),
        SignIn("wrong_password", async stage => await stage.SignInAsync((await stage.AddPersonAsync()).Email, Wrong)),
        SignIn("wrong_password_locks", stage => GuessAsync(stage, 5)),
        SignIn("account_locked", stage => GuessAsync(stage, 6)),
        new("sign_in_guesses_exhausted", "sign-in", "too_many_requests", 429, async stage =>
        {
            var server = await stage.AnotherAsync(new() { ["RateLimiting:Passwords:PermitLimit"] = "1" });
            await stage.SignInAsync("somebody@example.com", Wrong, server);
            return await stage.SignInAsync("somebody@example.com", Wrong, server);
        }),
        FormOf(
            "new_password_unsuitable",
            "password",
            stage => stage.ChangePasswordAsync(stage.Alice, TestData.Password, Chosen, Chosen + "?")),
        FormOf("profile_unsuitable", "profile", async stage =>
        {
            var form = await TestBrowser.FormAsync(await stage.Alice.GetAsync("/account/profile"), "/account/profile");
            form.Fields["birthdate"] = "yesterday";
            return await RefusedAnswer.ReadAsync(await stage.Alice.PostAsync(form.Action, form.Fields));
        }),
        FormOf("password_confirmations_exhausted", "password", async stage =>
        {
            using var browser = new TestBrowser(stage.Server);
            await browser.SignInAsync((await stage.AddPersonAsync()).Email);
            for (var i = 0; i < 10; i++) await stage.ChangePasswordAsync(browser, Wrong, Chosen, Chosen);
            return await stage.ChangePasswordAsync(browser, Wrong, Chosen, Chosen);
        }),
        FormOf("address_unreadable", "forgot", stage => stage.AskForMailAsync("nobody")),
        FormOf("deletion_unconfirmed", "delete", async stage =>
        {
            using var browser = new TestBrowser(stage.Server);
            await browser.SignInAsync((await stage.AddPersonAsync()).Email);
            var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/delete"), "/account/delete");
            return await RefusedAnswer.ReadAsync(await browser.PostAsync(form.Action, form.Fields));
        }),
        FormOf("link_dead", "reset-page", stage => stage.GetAsync("/account/reset?token=unknown")),
        new("mails_waiting", "forgot", "temporarily_unavailable", 503, async stage =>
        {
            var server = await stage.AnotherAsync(new() { ["Mail:MostWaiting"] = "1" });
            await stage.AskForMailAsync("somebody@example.com", server);
            return await stage.AskForMailAsync("somebody@example.com", server);
        }) { Form = Form.Page },
    ];

    private static async Task<RefusedAnswer> GuessAsync(RefusalStage stage, int times)
    {
        var (_, email) = await stage.AddPersonAsync();
        for (var i = 1; i < times; i++) await stage.SignInAsync(email, Wrong);
        return await stage.SignInAsync(email, Wrong);
    }

    private static RefusalCase SignIn(string reason, Func<RefusalStage, Task<RefusedAnswer>> provoke) =>
        new(reason, "sign-in", "access_denied", 400, provoke) { Form = Form.Page, Audit = "sign_in" };

    private static RefusalCase FormOf(
        string reason, string endpoint, Func<RefusalStage, Task<RefusedAnswer>> provoke) =>
        new(reason, endpoint, "invalid_request", 400, provoke) { Form = Form.Page };
}
