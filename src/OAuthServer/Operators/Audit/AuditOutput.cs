using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>How the audit commands print: lines for people, JSON for programs.</summary>
internal static class AuditOutput
{
    /// <summary>One event on one line.</summary>
    public static string Event(AuditRow row, bool json) => json
        ? JsonSerializer.Serialize(
            new EventLine(row.Id, row.OccurredAt, row.Event, row.Reason, row.ClientId, row.UserId, row.GrantId, row.Address, row.CorrelationId, row.KeyId), AuditJson.Default.EventLine)
        : Words(row);

    /// <summary>The outcome of a verification.</summary>
    public static string Verification(AuditVerification result, bool json) =>
        json ? JsonSerializer.Serialize(Report(result), AuditJson.Default.VerificationReport) : Words(result);

    private static string Words(AuditRow row)
    {
        var line = new StringBuilder($"{Time(row.OccurredAt)}  {row.Event}");
        Add("reason", row.Reason);
        Add("client", row.ClientId);
        Add("user", row.UserId?.ToString());
        Add("family", row.GrantId?.ToString());
        Add("address", row.Address);
        Add("correlation", row.CorrelationId);
        Add("key", row.KeyId);
        return line.ToString();

        // A name that a stranger chose must not steer the terminal.
        void Add(string name, string? value)
        {
            if (value is not null) line.Append("  ").Append(name).Append('=').Append(string.Concat(value.Select(c => char.IsControl(c) ? '?' : c)));
        }
    }

    private static string Words(AuditVerification result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Seals checked   {result.Seals}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Rows verified   {result.RowsVerified}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Rows expired    {result.RowsExpired} (left by Audit:Retention; their seals are checked)");
        text.AppendLine(CultureInfo.InvariantCulture, $"Rows unsealed   {result.RowsUnsealed}{(result.OldestUnsealed is { } oldest ? $" (the oldest of {Time(oldest)})" : "")}");
        if (result.Head is { } head) text.AppendLine(CultureInfo.InvariantCulture, $"Last seal       {Expectation(head)} of {Time(head.SealedAt)}");
        foreach (var key in result.Keys) text.AppendLine(CultureInfo.InvariantCulture, $"Signed by       {key.KeyId} (seals {key.FirstSequence} to {key.LastSequence})");
        foreach (var finding in result.Findings) text.AppendLine(CultureInfo.InvariantCulture, $"FOUND: {finding}");
        text.Append(result.Findings.Count == 0 ? "The audit log is as it was sealed." : "The audit log was tampered with, or damaged.");
        return text.ToString();
    }

    private static VerificationReport Report(AuditVerification result) => new(
        result.Findings.Count == 0, result.Seals, result.RowsVerified, result.RowsExpired, result.RowsUnsealed, result.OldestUnsealed,
        result.Head is { } head ? Expectation(head) : null, result.Keys, result.Findings);

    private static string Expectation(AuditSeal seal) => FormattableString.Invariant($"{seal.Sequence}:{Convert.ToHexStringLower(seal.Hash)}");

    private static string Time(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>An event as <c>--json</c> prints it.</summary>
    internal sealed record EventLine(
        long Id, DateTime OccurredAt, string Event, string? Reason, string? ClientId, Guid? UserId, Guid? GrantId, string? Address, string? CorrelationId, string? Kid);

    /// <summary>A verification as <c>--json</c> prints it.</summary>
    internal sealed record VerificationReport(
        bool Ok, long Seals, long RowsVerified, long RowsExpired, long RowsUnsealed, DateTime? OldestUnsealed, string? LastSeal,
        IReadOnlyList<SealingKey> Keys, IReadOnlyList<string> Findings);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditOutput.EventLine))]
[JsonSerializable(typeof(AuditOutput.VerificationReport))]
internal sealed partial class AuditJson : JsonSerializerContext;
