namespace OAuthServer.BrowserTests;

/// <summary>An answer that the browser posts to the app: by itself, or by a button where no script runs.</summary>
public sealed class FormPostTests(Stage stage)
{
    private const string State = "\"><b>'&amp; +%";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_reaches_the_app(bool scripts)
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = scripts });
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        var violations = new List<string>();
        page.Console += (_, message) => violations.Add(message.Text);
        await page.GotoAsync(app.Ask(State) + "&response_mode=form_post");
        await page.SignInAsync();
        await page.Button("Allow").ClickAsync();
        if (!scripts)
        {
            await page.Heading("Back to Demo App").WaitForAsync();
            await page.Button("Continue").ClickAsync();
        }

        await page.Heading("Posted to the app").WaitForAsync();

        Assert.Equal(app.RedirectUri, page.Url);
        var answer = Assert.Single(stage.Posted, form => form["state"] == State && form["code"].Length > 0);
        Assert.Equal(["code", "iss", "state"], answer.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(violations, text => text.Contains("Content Security Policy", StringComparison.Ordinal));
        stage.Posted.Clear();
    }

    [Fact]
    public async Task Back_does_not_send_it_once_more()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync("/account/sign-in");
        await page.GotoAsync(app.Ask("s-back") + "&response_mode=form_post&prompt=none");
        await page.Heading("Posted to the app").WaitForAsync();
        var posted = stage.Posted.Count(form => form["state"] == "s-back");

        await page.GoBackAsync();

        Assert.Equal((1, posted), (posted, stage.Posted.Count(form => form["state"] == "s-back")));
    }
}
