using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Pages;

/// <summary>The texts of pages, and pages that are looked at as they are handed on: nothing is rendered.</summary>
internal static class Spoken
{
    public static TextSource Source() => new(new ResourceManagerStringLocalizerFactory(
        Options.Create(new LocalizationOptions { ResourcesPath = "Pages/Texts" }),
        NullLoggerFactory.Instance), TextFolder.Read(null));

    public static PageTexts In(string language) => new(Source(), CultureInfo.GetCultureInfo(language));

    /// <summary>What an English page says.</summary>
    public static string Say(this Words words) => In("en")[words];

    public static PageAnswers Pages(ServerAddress address, IHostEnvironment environment) =>
        new(
            new PageRenderer(address, Source(), null!, null!, null!),
            new Languages(TextFolder.Read(null)),
            environment);
}
