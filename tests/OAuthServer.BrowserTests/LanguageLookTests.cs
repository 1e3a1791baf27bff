using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OAuthServer.Pages;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests;

/// <summary>
/// Pages hold in every language: in German, and in one that is written from right to left and takes half as much room
/// again, with the longest name that an app can have (WCAG 2.2 §1.4.4, §1.4.10).
/// </summary>
public sealed partial class LanguageLookTests(Stage stage, LanguageLookTests.Spoken spoken)
    : IClassFixture<LanguageLookTests.Spoken>
{
    private const string LongName =
        "Donaudampfschifffahrtsgesellschaftskapit\u00e4nsm\u00fctzenabzeichenverwaltungsprogramm der Beispiel GmbH & "
            + "Co";

    // A phone of 320 px, a desk, a phone at 200 % text; .ci/full looks at all of them in each language.
    public static TheoryData<string, int, int, bool> Looks => new(new (string, int, int, bool)[]
    {
        ("ar", 320, 640, true),
        ("de", 320, 640, false),
        ("ar", 1280, 800, false),
        ("ar", 390, 844, true),
        ("de", 390, 844, true),
        ("de", 1280, 800, true),
        ("en", 320, 640, true),
    }.Take(Effort.Cases(1)));

    [Theory, Row("UI-18")]
    [MemberData(nameof(Looks))]
    public async Task Pages_hold_in_every_language(string language, int width, int height, bool dark)
    {
        await using var context = await stage.OpenAsync(
            new()
            {
                Locale = language,
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                ViewportSize = new() { Width = width, Height = height },
            },
            spoken.Server);
        var page = await context.NewPageAsync();
        var app = await stage.RegisterAsync(LongName, spoken.Server.Database);
        await page.GotoAsync(app.Ask(scope: "read write"));
        await JudgeAsync(page, "sign-in", language);
        await page.Locator("#email").FillAsync(TestData.Email);
        await page.Locator("#password").FillAsync(TestData.Password);
        await page.Locator("button.button-primary[type=submit]").ClickAsync();
        await page.Locator("button[value=allow]").WaitForAsync();
        await JudgeAsync(page, "consent", language);
        var (deny, allow) = (
            (await page.Locator("button[value=deny]").BoundingBoxAsync())!,
            (await page.Locator("button[value=allow]").BoundingBoxAsync())!);
        Assert.Equal(deny.Width, allow.Width, 1);
        Assert.Equal(deny.Height, allow.Height, 1);
        Assert.Equal(language == "ar", deny.X > allow.X);
        foreach (var path in (string[])[
            "account",
            "account/profile",
            "account/connections",
            "account/sessions",
            "account/password",
            "account/sign-out",
            "oauth/logout",
            "nowhere",
            "oauth/authorize?client_id=x",
        ])
        {
            await page.GotoAsync("/" + path);
            await JudgeAsync(page, path.Replace('/', '-').Split('?')[0], language);
        }
    }

    private static async Task JudgeAsync(IPage page, string name, string language)
    {
        Assert.Equal(
            language == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("() => document.documentElement.dir"));
        await AccessibilityTests.JudgeAsync(page, $"{language}-{name}");
        // Text of twice the size, and nothing cut or on top of another.
        await page.EvaluateAsync(
            "() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('html { font-size: 200% }'); "
                + "document.adoptedStyleSheets = [sheet]; }");
        var cut = await page.EvaluateAsync<string[]>("""
            () => {
                const wide = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
                const cut = [...document.querySelectorAll('h1,h2,h3,p,a,button,label,li,dd,legend')]
                    .filter(e => e.offsetParent && (e.scrollWidth > e.clientWidth + 1)
                        && getComputedStyle(e).overflow !== 'visible')
                    .map(e => e.outerHTML.slice(0, 80));
                const outside = [...document.querySelectorAll('button,a,input,select')].filter(e => e.offsetParent)
                    .map(e => ({ e, box: e.getBoundingClientRect() }))
                    .filter(({ box }) => box.left < -1 || box.right > innerWidth + 1)
                    .map(({ e }) => 'outside: ' + e.outerHTML.slice(0, 80));
                return [...wide, ...cut, ...outside];
            }
            """);
        Assert.True(cut.Length == 0, $"{name} in {language} at 200 %: {string.Join("; ", cut)}");
        if (Environment.GetEnvironmentVariable("PAGE_SHOTS") is { } folder)
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{language}-{name}-{page.ViewportSize!.Width}-200.png"),
                FullPage = true,
            });
        await page.EvaluateAsync("() => { document.adoptedStyleSheets = []; }");
    }

    /// <summary>A server that speaks a made-up Arabic: every text half as long again, in Arabic letters.</summary>
    public sealed partial class Spoken : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spoken-");

        public TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            if (Chromium.Path is null) return;
            var texts = ShippedTexts.English().ToDictionary(
                text => text.Key,
                text => text.Key.StartsWith("Format.", StringComparison.Ordinal) ? text.Value : Made(text.Value));
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "ar.json"), JsonSerializer.Serialize(texts));
            Server = await TestServer.StartAsync(new()
            {
                Settings = new Dictionary<string, string?>
                {
                    ["Pages:Texts"] = _folder.FullName,
                    ["Branding:Name"] = "Beispiel Anmeldung",
                    ["Branding:Terms"] = "https://a.example/",
                    ["Branding:Support"] = "https://b.example/",
                },
            });
        }

        public async ValueTask DisposeAsync()
        {
            if (Server is not null) await Server.DisposeAsync();
            _folder.Delete(recursive: true);
        }

        // Each Latin letter as an Arabic one, and half of the words twice; places stay.
        private static string Made(string text)
        {
            const string letters =
                "\u0627\u0628\u062a\u062b\u062c\u062d\u062e\u062f\u0630\u0631\u0632\u0633\u0634"
                + "\u0635\u0636\u0637\u0638\u0639\u063a\u0641\u0642\u0643\u0644\u0645\u0646\u0647";
            var words = text.Split(' ').SelectMany((word, at) => at % 2 == 0 && !Place().IsMatch(word)
                ? [word, word]
                : new[] { word });
            return string.Join(
                ' ',
                words.Select(word => Place().IsMatch(word)
                    ? Place().Match(word).Value
                    : string.Concat(word.Select(c => char.IsAsciiLetter(c)
                        ? letters[char.ToLowerInvariant(c) - 'a']
                        : c)))).Replace("{", "{", StringComparison.Ordinal);
        }

        [GeneratedRegex(@"\{\d+\}")]
        private static partial Regex Place();
    }
}
