using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Documentation;

public sealed class DoctorDocumentTests
{
    [Fact]
    public void Every_finding_is_in_the_handbook_and_the_handbook_has_no_other()
    {
        var table = MarkdownPage.Read("docs/operations/doctor.md").Text.Split("## Findings", 2)[1].Split("\n#", 2)[0];
        var rows = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var listed = rows.SelectMany(line => line.Split('|')[1].Split('`').Where((_, part) => part % 2 == 1)).ToList();

        Assert.Equal(FindingIds.All.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }
}
