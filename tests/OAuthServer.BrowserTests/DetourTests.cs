using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>
/// Detours that people take: back, reload, double click, many tabs, a session that ends in the middle.
/// </summary>
public sealed class DetourTests(Stage stage)
{
    [Fact]
    public async Task Back_to_the_sign_in_page_and_on_again_reaches_the_app()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Allow").WaitForAsync();
        await page.GoBackAsync();
        Assert.NotNull((await page.GoOnAsync(app)).Code);
    }

    [Fact]
    public async Task Back_from_the_app_is_no_dead_end()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.GoOnAsync(app);
        await page.GoBackAsync();
        Assert.Equal("s-1", (await page.GoOnAsync(app))["state"]);
    }

    [Fact]
    public async Task Reloading_each_page_keeps_the_request()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.ReloadAsync();
        await page.SignInAsync();
        await page.Button("Allow").WaitForAsync();
        await page.ReloadAsync();
        await page.Button("Allow").ClickAsync();
        Assert.NotNull((await page.ArriveAsync(app)).Code);
    }

    [Fact]
    public async Task A_double_click_on_Allow_makes_one_code()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Allow").DblClickAsync();
        Assert.NotNull((await page.ArriveAsync(app)).Code);
        Assert.Equal(1L, await CodesAsync(app));
    }

    [Fact]
    public async Task The_same_consent_form_sent_from_two_tabs_makes_one_code()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Allow").WaitForAsync();
        // The browser itself sends the form a second time, into another tab.
        var second = await context.RunAndWaitForPageAsync(() =>
            page.EvaluateAsync(
                "() => { const form = document.querySelector('form'); form.target = '_blank'; "
                    + "form.requestSubmit(form.querySelector('[value=allow]')); }"));
        var first = await second.ArriveAsync(app);
        await page.EvaluateAsync(
            "() => { const form = document.querySelector('form'); form.target = ''; "
                + "form.requestSubmit(form.querySelector('[value=allow]')); }");
        Assert.Equal(first.Code, (await page.ArriveAsync(app)).Code);
        Assert.Equal(1L, await CodesAsync(app));
    }

    [Fact]
    public async Task Ten_tabs_all_reach_the_app_with_their_own_state()
    {
        await using var context = await stage.OpenAsync();
        var app = await stage.RegisterAsync();
        var pages = new List<IPage>();
        for (var tab = 0; tab < 10; tab++)
        {
            var page = await context.NewPageAsync();
            await page.GotoAsync(app.Ask($"tab-{tab}"));
            pages.Add(page);
        }
        for (var tab = 9; tab >= 0; tab--)
        {
            var answer = await pages[tab].GoOnAsync(app);
            Assert.NotNull(answer.Code);
            Assert.Equal($"tab-{tab}", answer["state"]);
        }
    }

    [Fact]
    public async Task A_session_that_ends_while_the_consent_page_is_open_starts_the_request_again()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await page.SignInAsync();
        await page.Button("Allow").WaitForAsync();
        await context.ClearCookiesAsync();
        await page.Button("Allow").ClickAsync();
        Assert.Equal("s-1", (await page.GoOnAsync(app))["state"]);
    }

    [Fact]
    public async Task An_old_sign_in_form_starts_the_request_again()
    {
        await using var context = await stage.OpenAsync();
        var (page, app) = (await context.NewPageAsync(), await stage.RegisterAsync());
        await page.GotoAsync(app.Ask());
        await context.ClearCookiesAsync();
        await page.SignInAsync();
        await Assertions.Expect(page.Heading("This form has expired")).ToBeVisibleAsync();
        Assert.NotNull((await page.GoOnAsync(app)).Code);
    }

    private async Task<long> CodesAsync(App app)
    {
        await using var count = stage.Server.Database.DataSource.CreateCommand(
            "SELECT count(*) FROM oauth_authorization_codes WHERE client_id = $1");
        count.Parameters.AddWithValue(app.Id);
        return (long)(await count.ExecuteScalarAsync())!;
    }
}
