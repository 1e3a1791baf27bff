using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OAuthServer.Bench.Servers;

/// <summary>A page's form with the values that it holds, and what a person fills in.</summary>
internal sealed record PageForm(string Action, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>The first form of a page that is posted.</summary>
    public static PageForm Of(string html)
    {
        using var page = new HtmlParser().ParseDocument(html);
        var form = page.QuerySelectorAll("form[method=post]").OfType<IHtmlFormElement>().First();
        var fields = form.QuerySelectorAll("input[name]")
            .OfType<IHtmlInputElement>()
            .Where(input => input.Type is not "checkbox" and not "submit");
        return new PageForm(
            form.GetAttribute("action")!, fields.ToDictionary(input => input.Name!, input => input.Value));
    }

    public PageForm With(string name, string value) =>
        this with { Fields = new Dictionary<string, string>(Fields) { [name] = value } };

    /// <summary>As application/x-www-form-urlencoded.</summary>
    public string Encoded() =>
        string.Join(
            '&', Fields.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}"));
}
