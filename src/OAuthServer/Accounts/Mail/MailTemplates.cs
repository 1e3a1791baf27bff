using System.Collections.Frozen;
using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Mail;

/// <summary>A mail as it is read.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">For readers without HTML.</param>
/// <param name="Html">A whole document.</param>
internal sealed record MailText(string Subject, string Text, string Html)
{
    /// <summary>May hold a link.</summary>
    public override string ToString() => Subject;
}

/// <summary>
/// The templates: for each kind and language a text file <c>PasswordReset.en.txt</c>, whose first line is the subject
/// and whose paragraphs make the HTML too, unless there is a <c>PasswordReset.en.html</c>; and one <c>Layout.html</c>
/// around it. A file of the operator's folder takes the place of ours with the same name, or adds a language. A value
/// stands as
/// <c>{{name}}</c>, and is encoded where it stands in HTML.
/// </summary>
internal sealed partial class MailTemplates
{
    private const string Resources = "mail/";
    private const string Layout = "Layout.html";
    private const string Default = "en";
    private const string Link = "{{link}}";

    // Known in every mail.
    private static readonly string[] Always =
    [
        "service", "address", "link", "made_at", "language", "subject", "content",
    ];

    private readonly FrozenDictionary<string, string> _files;

    /// <param name="folder">The operator's; null for none.</param>
    public MailTemplates(string? folder)
    {
        var files = Ours();
        foreach (var (name, text) in Theirs(folder)) files[name] = text;
        _files = files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>What is wrong with an operator's folder.</summary>
    public static IEnumerable<string?> Faults(string? folder)
    {
        if (string.IsNullOrEmpty(folder)) return [];
        if (!Directory.Exists(folder)) return ["Mail:Templates must be a folder that is there and may be read."];
        var ours = Ours();
        return Theirs(folder).SelectMany(file => Faults(file.Key, file.Value, ours));
    }

    /// <summary>The mail of a kind, in the language or the nearest one that there is.</summary>
    /// <param name="kind">Which template.</param>
    /// <param name="language">A language tag; null for English.</param>
    /// <param name="values">By name.</param>
    public MailText Write(MailKind kind, string? language, IReadOnlyDictionary<string, string> values)
    {
        var known = Nearest(kind, language);
        var all = new Dictionary<string, string>(values, StringComparer.Ordinal) { ["language"] = known };
        var (subject, body) = Split(_files[$"{kind}.{known}.txt"]);
        all["subject"] = OneLine(Fill(subject, all, encode: false));
        var content = _files.TryGetValue($"{kind}.{known}.html", out var html) ? html : Paragraphs(body);
        var filled = Fill(content, all, encode: true);
        var document = Fill(
            _files[Layout].Replace("{{content}}", "\u0001", StringComparison.Ordinal), all, encode: true)
            .Replace("\u0001", filled, StringComparison.Ordinal);
        return new MailText(all["subject"], Fill(body, all, encode: false), document);
    }

    private string Nearest(MailKind kind, string? language)
    {
        for (var tag = language?.Replace('_', '-').ToLowerInvariant(); !string.IsNullOrEmpty(tag); tag = Parent(tag))
            if (_files.ContainsKey($"{kind}.{tag}.txt")) return tag;
        return Default;
    }

    private static string? Parent(string tag) =>
        tag.LastIndexOf('-') is > 0 and var end ? tag[..end] : null;

    private static (string Subject, string Body) Split(string file)
    {
        var lines = file.ReplaceLineEndings("\n").Split('\n', 2);
        return (lines[0].Trim(), (lines.Length > 1 ? lines[1] : "").Trim('\n') + "\n");
    }

    // The link alone in a paragraph becomes a button, with its address below for those who copy it.
    private static string Paragraphs(string body) => string.Join('\n', body.Trim('\n').Split("\n\n").Select(paragraph =>
        paragraph.Trim() == Link
            ? $"<p><a class=\"button\" href=\"{Link}\">{Link}</a></p>"
            : $"<p>{WebUtility.HtmlEncode(paragraph).Replace("\n", "<br>\n", StringComparison.Ordinal)}</p>"));

    private static string Fill(string template, IReadOnlyDictionary<string, string> values, bool encode) =>
        Place().Replace(template, place =>
        {
            var value = values.GetValueOrDefault(place.Groups[1].Value, "");
            return encode ? WebUtility.HtmlEncode(value) : value;
        });

    private static string OneLine(string text) => Breaks().Replace(text, " ").Trim();

    private static Dictionary<string, string> Ours()
    {
        var assembly = typeof(MailTemplates).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
            .ToDictionary(
                name => name[Resources.Length..],
                name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd();
                },
                StringComparer.Ordinal);
    }

    private static IEnumerable<(string Key, string Value)> Theirs(string? folder)
    {
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder)) return [];
        return Directory.EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".txt" or ".html")
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
    }

    private static IEnumerable<string?> Faults(string name, string text, Dictionary<string, string> ours)
    {
        if (name == Layout)
        {
            return text.Contains("{{content}}", StringComparison.Ordinal)
                ? Unknown(name, text, Always)
                : [$"Mail:Templates: {name} has no {{{{content}}}}, which is where the mail stands."];
        }

        var kind = name.Split('.')[0];
        if (!Enum.TryParse<MailKind>(kind, out _) || !NameOfFile().IsMatch(name))
            return [$"Mail:Templates: {name} is the name of no template; see docs/operations/mail.md."];
        var english = ours[$"{kind}.{Default}.txt"];
        if (english.Contains(Link, StringComparison.Ordinal) && !text.Contains(Link, StringComparison.Ordinal))
            return [$"Mail:Templates: {name} has no {Link}, which the mail is sent for."];
        return Unknown(name, text, [.. Always, .. Names(english)]);
    }

    private static IEnumerable<string> Unknown(string name, string text, string[] known) =>
        Names(text).Except(known, StringComparer.Ordinal)
            .Select(place => $"Mail:Templates: {name} has {{{{{place}}}}}, which is the name of no value.");

    private static IEnumerable<string> Names(string text) =>
        Place().Matches(text).Select(place => place.Groups[1].Value);

    [GeneratedRegex(@"\{\{([a-z_]+)\}\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"[\r\n\t\p{Zl}\p{Zp}]+")]
    private static partial Regex Breaks();

    [GeneratedRegex(@"^[A-Za-z]+\.[a-z]{2,8}(-[a-z0-9]{1,8})*\.(txt|html)$")]
    private static partial Regex NameOfFile();
}
