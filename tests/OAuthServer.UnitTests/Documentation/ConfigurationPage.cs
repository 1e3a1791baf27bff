using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using OAuthServer.Settings;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// Writes docs/configuration.md from the server itself: the keys from its options classes, what they do from their
/// comments, the defaults from the objects, and the limits from what validation says of a value beyond them.
/// </summary>
internal sealed partial class ConfigurationPage
{
    private static readonly (string Key, string Value)[] Right =
    [
        ("OAuth:Issuer", "https://as.example.test"),
        ("ConnectionStrings:OAuthServer", "Host=db;Username=oauth"),
        ("AWS_REGION", "eu-central-1"),
    ];

    private readonly XmlComments _comments = new();

    /// <summary>Every setting there is.</summary>
    public static IReadOnlyList<Setting> Settings()
    {
        using var server = new ConfiguredServer("Production");
        return [.. server.Sections.SelectMany(section => Setting.Of(section.Path, section.Options))];
    }

    /// <summary>What a setting does; empty when its comment is missing.</summary>
    public string Purpose(Setting setting) => Purpose(setting, _ => true);

    private string Purpose(Setting setting, Func<string, bool> isNew)
    {
        var own = _comments.Of(setting.Path[^1]);
        if (own.Length == 0) return "";
        var groups = setting.Path.SkipLast(1).Select(_comments.Of).Where(isNew);
        return string.Join(' ', groups.Append(own).Where(text => text.Length > 0));
    }

    /// <summary>What validation demands of it; empty when it takes anything.</summary>
    public static string Limits(Setting setting)
    {
        if (setting.Choices.Count > 0) return string.Join(", ", setting.Choices.Select(choice => $"`{choice}`"));
        var complaints = setting.Extremes.SelectMany(extreme => Complaints(setting.Key, extreme));
        return string.Join("; ", complaints.Distinct(StringComparer.Ordinal));
    }

    /// <summary>The whole page.</summary>
    public string Write()
    {
        using var production = new ConfiguredServer("Production");
        using var development = new ConfiguredServer("Development");
        var page = new StringBuilder(ConfigurationText.Head);
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var section in production.Sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Path}\n\n")
                .Append(MarkdownText.Wrap("", Intro(section)))
                .Append('\n');
            foreach (var setting in Setting.Of(section.Path, section.Options))
            {
                var value = Code(setting.ValueIn(production.Options(section.Options)));
                var inDevelopment = Code(setting.ValueIn(development.Options(section.Options)));
                var shown = value == inDevelopment ? value : $"{value}; in Development {inDevelopment}";
                var allowed = Limits(setting) is { Length: > 0 } limits ? limits : "any";
                page.Append(MarkdownText.Wrap("- ", $"`{setting.Key}` or `{setting.Variable}`"));
                var kind = Capital(setting.Kind);
                page.Append(MarkdownText.Wrap("  - ", $"{kind}, default {shown}. Allowed: {allowed}."));
                page.Append(MarkdownText.Wrap("  - ", Once(setting, said)));
            }
        }

        return page.Append(ConfigurationText.Tail).ToString().ReplaceLineEndings("\n");
    }

    // What a list is for stands at its first setting alone.
    private string Once(Setting setting, HashSet<string> said) =>
        setting.Key.Contains(":0:", StringComparison.Ordinal) ? Purpose(setting, said.Add) : Purpose(setting);

    // "The section `X`: what it is" without what the heading says already.
    private string Intro(BoundSection section)
    {
        var text = SectionName().Replace(_comments.Of(section.Options), "");
        return text.Length == 0 ? "" : Capital(text);
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";

    private static string Code(string value) => value.Length == 0 ? "none" : $"`{value}`";

    private static IEnumerable<string> Complaints(string key, (string Key, string Value) extreme)
    {
        (string, string)[] settings = [.. Right.Where(right => right.Key != extreme.Key), extreme];
        using var server = new ConfiguredServer("Production", settings);
        var faults = server.Faults.Where(fault => fault.StartsWith(key, StringComparison.Ordinal));
        var demands = faults.Select(fault => Demand(fault[key.Length..], extreme.Value));
        return [.. demands.Where(demand => demand.Length > 0)];
    }

    // "Audit:Retention must be from 1 to 5." demands "from 1 to 5"; "…:0: 'x' is not a network. Write …" demands "a
    // network; write …".
    private static string Demand(string fault, string value)
    {
        var text = Place().Replace(fault, "");
        string[] quoted = value.Length > 0 ? [$"'{value}'", $"{value} "] : [];
        foreach (var quote in quoted) text = text.Replace(quote, "", StringComparison.Ordinal).Trim();
        if (text.StartsWith("is not between ", StringComparison.Ordinal)) text = text["is not ".Length..];
        else if (text.StartsWith("is required", StringComparison.Ordinal)) text = text["is ".Length..];
        else if (text.StartsWith("has a ", StringComparison.Ordinal)) text = $"must not have{text["has".Length..]}";
        else if (text.StartsWith("is not ", StringComparison.Ordinal)) text = Joined(text["is not ".Length..]);
        else if (Conjunction().IsMatch(text)) text = $"this {text}";
        return Must().Replace(text, "").TrimEnd('.');
    }

    private static string Joined(string sentences) =>
        NextSentence().Replace(sentences, next => $"; {next.Value[2..].ToLowerInvariant()}");

    [GeneratedRegex(@"^(:\d+)?:?\s*")]
    private static partial Regex Place();

    [GeneratedRegex("^(The s|S)ection `[^`]+`: ")]
    private static partial Regex SectionName();

    [GeneratedRegex(@"\. [A-Z]")]
    private static partial Regex NextSentence();

    [GeneratedRegex("^(and|or) ")]
    private static partial Regex Conjunction();

    [GeneratedRegex("^must (be|have) ")]
    private static partial Regex Must();
}
