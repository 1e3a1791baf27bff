using OAuthServer.Operators.Clients;
using OAuthServer.UnitTests.Documentation;

namespace OAuthServer.UnitTests.Operators.Clients;

public sealed class LintRulesTests
{
    [Fact]
    public void Every_rule_is_in_the_handbook_and_the_handbook_has_no_other()
    {
        var section = MarkdownPage.Read("docs/operations/clients.md").Text.Split("## What lint finds", 2)[1];
        var lines = section.Split("\n#", 2)[0].Split('\n');
        var rows = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var listed = rows.SelectMany(line => line.Split('|')[1].Split('`').Where((_, part) => part % 2 == 1));

        Assert.Equal(LintRules.All.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }
}
