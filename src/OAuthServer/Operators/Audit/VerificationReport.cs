using OAuthServer.Audit;

namespace OAuthServer.Operators.Audit;

/// <summary>A verification as <c>--json</c> prints it.</summary>
internal sealed record VerificationReport
{
    public bool Ok { get; init; }

    public long Seals { get; init; }

    public long RowsVerified { get; init; }

    public long RowsExpired { get; init; }

    public long RowsUnsealed { get; init; }

    public DateTime? OldestUnsealed { get; init; }

    /// <summary>As <c>--expect</c> takes it.</summary>
    public string? LastSeal { get; init; }

    public required IReadOnlyList<SealedBy> Keys { get; init; }

    public required IReadOnlyList<string> Findings { get; init; }

    public static VerificationReport Of(AuditVerification result) => new()
    {
        Ok = result.Findings.Count == 0,
        Seals = result.Seals,
        RowsVerified = result.RowsVerified,
        RowsExpired = result.RowsExpired,
        RowsUnsealed = result.RowsUnsealed,
        OldestUnsealed = result.OldestUnsealed,
        LastSeal = result.Head is { } head ? AuditOutput.Expectation(head) : null,
        Keys = [.. result.Keys.Select(key => new SealedBy(key.KeyId, key.Seals, key.FirstSequence, key.LastSequence))],
        Findings = result.Findings,
    };
}

/// <summary>The seals that one key signed.</summary>
internal sealed record SealedBy(string Kid, long Seals, long FirstSequence, long LastSequence);
