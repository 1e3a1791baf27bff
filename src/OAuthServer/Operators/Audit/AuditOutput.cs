using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>How the audit commands print: lines for people, JSON for programs.</summary>
internal static class AuditOutput
{
    /// <summary>Prints events, one on each line.</summary>
    public static async Task PrintAsync(ParseResult parsed, IEnumerable<FoundEvent> found, bool json)
    {
        foreach (var one in found) await parsed.PrintAsync(json ? Json(one) : Line(one));
    }

    /// <summary>One event: when, what, and then names with values, of which strangers have chosen some.</summary>
    public static string Line(FoundEvent found)
    {
        var row = found.Row;
        (string Name, string? Value)[] values =
        [
            ("reason", row.Reason),
            ("client", row.ClientId),
            ("user", found.UserId?.ToString()),
            ("pseudonym", row.Pseudonym?.ToString()),
            ("grant", row.GrantId?.ToString()),
            ("address", row.Address),
            ("earlier_address", row.EarlierAddress),
            ("other_device", row.OtherDevice is { } other ? other ? "yes" : "no" : null),
            ("detail", row.Detail),
            ("correlation", row.CorrelationId),
            ("key", row.KeyId),
        ];
        var line = new StringBuilder($"{Time(row.OccurredAt)}  {TerminalText.Quoted(row.Event)}");
        foreach (var (name, value) in values)
        {
            if (value is not null) line.Append(CultureInfo.InvariantCulture, $"  {name}={TerminalText.Quoted(value)}");
        }

        return line.ToString();
    }

    /// <summary>The outcome of a verification.</summary>
    public static string Verification(AuditVerification result, bool json) => json
        ? JsonSerializer.Serialize(VerificationReport.Of(result), AuditJson.Default.VerificationReport)
        : string.Join(Environment.NewLine, Lines(result).Select(TerminalText.Safe));

    /// <summary>A seal as <c>--expect</c> takes it.</summary>
    internal static string Expectation(AuditSeal seal) =>
        FormattableString.Invariant($"{seal.Sequence}:{Convert.ToHexStringLower(seal.Hash)}");

    private static string Json(FoundEvent found) =>
        JsonSerializer.Serialize(EventReport.Of(found), AuditJson.Default.EventReport);

    private static IEnumerable<string> Lines(AuditVerification result)
    {
        var oldest = result.OldestUnsealed is { } moment ? $" (the oldest of {Time(moment)})" : "";
        yield return $"Seals checked   {result.Seals}";
        yield return $"Rows verified   {result.RowsVerified}";
        yield return $"Rows expired    {result.RowsExpired} (left by Audit:Retention; their seals are checked)";
        yield return $"Rows unsealed   {result.RowsUnsealed}{oldest}";
        if (result.Head is { } head) yield return $"Last seal       {Expectation(head)} of {Time(head.SealedAt)}";
        foreach (var key in result.Keys)
            yield return $"Signed by       {key.KeyId} (seals {key.FirstSequence} to {key.LastSequence})";
        foreach (var finding in result.Findings) yield return $"FOUND: {finding}";
        yield return result.Findings.Count == 0
            ? "The audit log is as it was sealed."
            : "The audit log was tampered with, or damaged.";
    }

    private static string Time(DateTime utc) =>
        utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
