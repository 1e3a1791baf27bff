using OAuthServer.Operators.Doctor;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Documentation;

public sealed class DoctorDocumentTests
{
    [Fact]
    public void Every_finding_is_in_the_handbook_and_the_handbook_has_no_other()
    {
        var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(CompiledServer.SourceFolder)!, "docs", "operations", "doctor.md"));
        var table = text.Split("## Findings", 2)[1].Split("\n#", 2)[0];
        var listed = table.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => line.Split('|')[1].Split('`').Where((_, part) => part % 2 == 1)).ToList();

        Assert.Equal(FindingIds.All.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }
}
