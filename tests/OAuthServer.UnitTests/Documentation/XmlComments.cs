using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OAuthServer.Hosting;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>The comments in the source of the server, as the compiler wrote them down, in Markdown.</summary>
internal sealed partial class XmlComments
{
    private static readonly string Written = Path.ChangeExtension(typeof(ServerHost).Assembly.Location, ".xml");

    private readonly Dictionary<string, XElement> _summaries = XDocument.Load(Written).Descendants("member")
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!);

    /// <summary>What a type is; empty when nobody said.</summary>
    public string Of(Type type) => Text("T:" + Name(type));

    /// <summary>What a property is; empty when nobody said.</summary>
    public string Of(PropertyInfo property) => Text($"P:{Name(property.DeclaringType!)}.{property.Name}");

    private static string Name(Type type) => type.FullName!.Replace('+', '.');

    private string Text(string member)
    {
        if (!_summaries.TryGetValue(member, out var summary)) return "";
        return Spaces().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim();
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" or "seealso" } link =>
            $"`{(link.Attribute("cref") ?? link.Attribute("langword"))?.Value.Split('.', ':')[^1]}`",
        XElement element => string.Concat(element.Nodes().Select(Markdown)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
