using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>The whole flow as a person sees it: never a dead end, never two codes for one consent.</summary>
public sealed class FlowTests(Stage stage)
{
    [Fact]
    public async Task Signing_in_and_allowing_brings_a_code_to_the_app()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await Assertions.Expect(page.GetByText("to continue to Demo App")).ToBeVisibleAsync();
        await page.SignInAsync();
        await Assertions.Expect(page.Heading("Allow Demo App to use your account?")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("See your notes")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText(TestData.Email)).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("127.0.0.1").First).ToBeVisibleAsync();
        await page.Button("Allow").ClickAsync();
        var answer = await page.ArriveAsync(app);
        Assert.NotNull(answer.Code);
        Assert.Equal("s-1", answer["state"]);
        Assert.Equal(TestServer.Issuer, answer["iss"]);
    }

    [Fact]
    public async Task Denying_tells_the_app_so()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Deny").ClickAsync();
        var answer = await page.ArriveAsync(app);
        Assert.Equal("access_denied", answer.Error);
        Assert.Equal("s-1", answer["state"]);
        Assert.Null(answer.Code);
    }

    [Fact]
    public async Task Cancelling_instead_of_signing_in_tells_the_app_so()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.GetByRole(AriaRole.Link, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal("access_denied", (await page.ArriveAsync(app)).Error);
    }

    [Fact]
    public async Task A_wrong_password_keeps_the_request()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync(password: "not the password");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("E-mail address")).ToHaveValueAsync(TestData.Email);
        await Assertions.Expect(page.GetByText("to continue to Demo App")).ToBeVisibleAsync();
        Assert.NotNull((await page.GoOnAsync(app)).Code);
    }

    [Fact]
    public async Task Without_JavaScript_everything_works()
    {
        await using var context = await stage.OpenAsync(new() { JavaScriptEnabled = false });
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        Assert.NotNull((await page.GoOnAsync(app)).Code);
    }

    [Fact]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await Assertions.Expect(page.GetByLabel("E-mail address")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(TestData.Email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(TestData.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.Button("Allow").WaitForAsync();
        foreach (var expected in new[]
        {
            page.GetByRole(AriaRole.Link, new() { Name = "Not you?" }),
            page.Button("Deny"),
            page.Button("Allow"),
        })
        {
            await page.Keyboard.PressAsync("Tab");
            await Assertions.Expect(expected).ToBeFocusedAsync();
        }
        await page.Keyboard.PressAsync("Enter");
        Assert.NotNull((await page.ArriveAsync(app)).Code);
    }

    [Fact]
    public async Task Consent_is_remembered_and_asked_again_for_a_new_scope()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.GoOnAsync(app);
        await page.GotoAsync(app.Ask("s-2"));
        var straight = await page.ArriveAsync(app);
        Assert.Equal("s-2", straight["state"]);
        await page.GotoAsync(app.Ask("s-3", "read write"));
        await Assertions.Expect(page.Heading("New: this app asks to")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Write your notes")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Not_you_signs_in_as_somebody_else_and_keeps_the_request()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Not you?" }).ClickAsync();
        await page.SignInAsync(TestData.OtherEmail);
        await Assertions.Expect(page.GetByText(TestData.OtherEmail)).ToBeVisibleAsync();
        Assert.NotNull((await page.GoOnAsync(app)).Code);
    }
}
