using System.Globalization;
using System.Text;
using OAuthServer.Bench.Machine;
using OAuthServer.Bench.Reports;

namespace OAuthServer.Bench.Rotation;

/// <summary>How long an instance took to follow a change of the keys, from the end of the command on.</summary>
/// <param name="Change">Publication, or signing.</param>
internal sealed record Following(int Rotation, string Change, string Instance, string By, double Seconds);

/// <summary>What came of it.</summary>
/// <param name="Issued">Access tokens; each of them was validated at once.</param>
/// <param name="Validated">Calls that the API accepted, those with older tokens too.</param>
internal sealed record RotationReport(
    MachineFacts Machine,
    string How,
    int Issued,
    int Validated,
    int Failed,
    string? FirstFault,
    IReadOnlyList<Following> Followings)
{
    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.AppendLine("# Under rotation")
            .AppendLine()
            .AppendLine(Machine.Summary)
            .AppendLine()
            .AppendLine(How)
            .AppendLine();
        page.AppendLine("| tokens issued | calls validated | failed |").AppendLine("| --- | --- | --- |");
        page.AppendLine(CultureInfo.InvariantCulture, $"| {Issued} | {Validated} | {Failed} |").AppendLine();
        if (FirstFault is not null)
            page.AppendLine(CultureInfo.InvariantCulture, $"The first failure was {FirstFault.ReplaceLineEndings(" ")}")
                .AppendLine();
        page.AppendLine("| an instance follows by | publishes after s, at most | signs after s, at most |")
            .AppendLine("| --- | --- | --- |");
        foreach (var by in Followings.GroupBy(following => following.By))
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {by.Key} | {Most(by, RotationRun.Publishes)} | {Most(by, RotationRun.Signs)} |");
        return page.ToString();
    }

    private static string Most(IEnumerable<Following> followings, string change) =>
        Cells.Text(
            followings.Where(following => following.Change == change).Max(following => following.Seconds), "0.00");
}
