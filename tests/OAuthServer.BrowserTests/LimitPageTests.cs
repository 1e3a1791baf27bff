using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>Too many requests, as a person meets them: a page that says when to try again, and leads back.</summary>
public sealed class LimitPageTests(Stage stage)
{
    [Theory]
    [MemberData(nameof(AccessibilityTests.Looks), MemberType = typeof(AccessibilityTests))]
    public async Task A_request_too_many_says_when_to_try_again(ColorScheme scheme, int width, int height)
    {
        await using var server = await StartAsync("Authorize");
        await using var context = await stage.OpenAsync(
            new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height } }, server);
        var (page, wrong) = (await context.NewPageAsync(), new AuthorizationAsk().With("client_id", "nobody").Path);
        await page.GotoAsync(wrong);
        await page.Heading("This request cannot go on").WaitForAsync();

        await page.GotoAsync(wrong);

        await page.Heading("Please wait before you try again").WaitForAsync();
        await Assertions.Expect(page.GetByText("Try again in 15 minutes.")).ToBeVisibleAsync();
        await AccessibilityTests.JudgeAsync(page, "limited");
        await page.GetByRole(AriaRole.Link, new() { Name = "Try again" }).ClickAsync();
        await page.Heading("Please wait before you try again").WaitForAsync();
        Assert.EndsWith(wrong, page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_was_sent_too_often_is_sent_again_by_a_reload()
    {
        var time = new PassingTime();
        await using var server = await StartAsync("SignIn", time);
        var phone = new ViewportSize { Width = 360, Height = 640 };
        await using var context = await stage.OpenAsync(new() { ViewportSize = phone }, server);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new AuthorizationAsk().Path);
        await page.SignInAsync(password: "not the password");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.SignInAsync();

        await page.Heading("Please wait before you try again").WaitForAsync();
        await AccessibilityTests.JudgeAsync(page, "limited-form");

        time.Pass(TimeSpan.FromMinutes(15));
        await page.ReloadAsync();
        await page.Button("Allow").WaitForAsync();
    }

    private Task<TestServer> StartAsync(string budget, TimeProvider? time = null)
    {
        Assert.True(Chromium.Path is not null, "No Chromium here.");
        return TestServer.StartAsync(new()
        {
            Database = stage.Server.Database,
            Settings = new Dictionary<string, string?> { [$"RateLimiting:{budget}:PermitLimit"] = "1" },
            Services = services => services.AddSingleton(time ?? TimeProvider.System),
        });
    }

    // The system's time, in which budgets can be let go by.
    private sealed class PassingTime : TimeProvider
    {
        private long _ahead;

        public void Pass(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);
    }
}
