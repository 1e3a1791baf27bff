using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using OAuthServer.Accounts;
using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

/// <summary>
/// The texts of pages in the language of whoever reads them. A page asks by key: <c>@T["SignIn.Title"]</c>.
/// </summary>
public sealed class PageTexts
{
    private readonly TextSource _source;
    private readonly CultureInfo _language;

    internal PageTexts(TextSource source, CultureInfo language)
    {
        _source = source;
        _language = language;
    }

    /// <summary>As <c>lang</c> and <c>Content-Language</c> name it.</summary>
    public string Language => _language.Name;

    /// <summary>As <c>dir</c> names it.</summary>
    public string Direction => _language.TextInfo.IsRightToLeft ? "rtl" : "ltr";

    /// <summary>A text, with figures as the language writes them.</summary>
    public string this[string key, params object[] values] =>
        values.Length == 0
            ? _source.Find(_language, key)
            : string.Format(_language, _source.Find(_language, key), [.. values.Select(Spoken)]);

    /// <summary>A text that there may be; null when there is none.</summary>
    public string? OrNull(string key) => _source.TryFind(_language, key);

    /// <summary>A text that was chosen before the language was known.</summary>
    public string this[Words words] => this[words.Key, [.. words.Values]];

    /// <summary>
    /// A sentence around names that come from outside: each escaped, without invisible characters, and apart from the
    /// text around it in its direction.
    /// </summary>
    public MarkupString Named(string key, params string[] names)
    {
        var sentence = HtmlEncoder.Default.Encode(_source.Find(_language, key));
        return new(string.Format(CultureInfo.InvariantCulture, sentence, [.. names.Select(Apart)]));
    }

    /// <summary>A browser and its system, as a session has them; null for one that is not known.</summary>
    public string Device(string? stored)
    {
        var (browser, system) = BrowserName.Parts(DisplayText.Plain(stored ?? ""));
        browser ??= this["Sessions.SomeBrowser"];
        return system is null ? browser : this["Sessions.Device", browser, system];
    }

    /// <summary>A day in words.</summary>
    public string Day(DateTimeOffset moment) => Moment(moment, "Format.Day");

    /// <summary>A moment in words, to the minute.</summary>
    public string Minute(DateTimeOffset moment) => Moment(moment, "Format.Minute");

    private string Moment(DateTimeOffset moment, string format) =>
        moment.UtcDateTime.ToString(_source.Find(_language, format), _language);

    private object Spoken(object value) => value is Words words ? this[words] : value;

    private static string Apart(string name) =>
        $"<bdi class=\"name\">{HtmlEncoder.Default.Encode(DisplayText.Plain(name))}</bdi>";
}
