using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// Every block of the documentation that a reader may copy can be read by what it is for. One that is only a part of
/// something says so: <c>```json fragment</c>. SQL is run by <c>DocumentedSqlTests</c>.
/// </summary>
public sealed partial class SnippetTests
{
    // Read here or by DocumentedSqlTests, and those that are compiled, run or shown elsewhere.
    private static readonly string[] Read = ["sh", "json", "yaml", "ini", "sql"];
    private static readonly string[] Others =
        [
            "csharp",
            "js",
            "kotlin",
            "go",
            "python",
            "nginx",
            "apache",
            "csv",
            "console",
            "http",
            "text",
            "mermaid",
            "css",
            "html",
        ];

    [Fact]
    public void Every_language_is_one_that_is_known()
    {
        var blocks = Blocks();
        Assert.True(blocks.Count > 60, "The blocks were not found.");
        Assert.DoesNotContain(blocks, block => !Read.Contains(block.Language) && !Others.Contains(block.Language));
    }

    [Fact]
    public async Task Shell_commands_can_be_read_by_bash()
    {
        var faults = new List<string>();
        foreach (var block in Blocks("sh"))
        {
            var start = new ProcessStartInfo("bash", ["-n"])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
            };
            using var bash = Process.Start(start)!;
            await bash.StandardInput.WriteAsync(Placeholder().Replace(block.Text, "placeholder"));
            bash.StandardInput.Close();
            var said = await bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (bash.ExitCode != 0 || said.Length > 0) faults.Add($"{block.Page}: {said}{block.Text}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void JSON_is_JSON() => AssertReadable("json", text => JsonDocument.Parse(text).Dispose());

    [Fact]
    public void YAML_is_YAML() => AssertReadable("yaml", text => new YamlStream().Load(new StringReader(text)));

    [Fact]
    public void Settings_are_keys_and_values() => AssertReadable("ini", text => Assert.All(
        text.Split('\n'), line => Assert.Matches("^(#.*|\\[\\w+\\]|\\w+=.*|)$", line)));

    private static void AssertReadable(string language, Action<string> read)
    {
        var faults = new List<string>();
        foreach (var block in Blocks(language).Where(block => !block.IsFragment))
            if (Record.Exception(() => read(block.Text)) is { } fault)
                faults.Add($"{block.Page}: {fault.Message}\n{block.Text}");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static List<Block> Blocks(string language)
    {
        var blocks = Blocks().Where(block => block.Language == language).ToList();
        Assert.NotEmpty(blocks);
        return blocks;
    }

    private static List<Block> Blocks() =>
    [
        .. from page in MarkdownPage.All()
           from block in Fence().Matches(page.Text)
           let indent = block.Groups["indent"].Value
           let lines = block.Groups["text"].Value.Split('\n')
               .Select(line => line.StartsWith(indent, StringComparison.Ordinal) ? line[indent.Length..] : line)
           select new Block(
               page.Path, block.Groups["language"].Value, block.Groups["fragment"].Success, string.Join('\n', lines)),
    ];

    [GeneratedRegex(
        @"^(?<indent> *)```(?<language>[a-z]+)(?<fragment> fragment)?\n(?<text>.*?)\n\k<indent>```$",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // "<bcrypt hash>" is for the reader to fill in; bash would read it as two redirections.
    [GeneratedRegex("<[a-z ]+>")]
    private static partial Regex Placeholder();

    private sealed record Block(string Page, string Language, bool IsFragment, string Text);
}
