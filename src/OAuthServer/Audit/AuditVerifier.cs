using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>The seals that one key signed.</summary>
internal sealed record SealingKey(string KeyId, long Seals, long FirstSequence, long LastSequence);

internal sealed record AuditVerification
{
    public required long Seals { get; init; }

    /// <summary>Rows that are as they were sealed.</summary>
    public required long RowsVerified { get; init; }

    /// <summary>Sealed rows that left by retention.</summary>
    public required long RowsExpired { get; init; }

    /// <summary>Rows too new to be sealed.</summary>
    public required long RowsUnsealed { get; init; }

    /// <summary>The time of the first of these, in UTC.</summary>
    public required DateTime? OldestUnsealed { get; init; }

    /// <summary>The last seal, to be compared with a record kept elsewhere; null when there is none.</summary>
    public required AuditSeal? Head { get; init; }

    /// <summary>To be compared with the keys that this server is known to have had.</summary>
    public required IReadOnlyList<SealingKey> Keys { get; init; }

    /// <summary>What is wrong, in words; empty when nothing is.</summary>
    public required IReadOnlyList<string> Findings { get; init; }
}

/// <summary>
/// Checks every seal: that none is missing, that its signature is of a key that is trusted, and that its rows are
/// those that were sealed. Reads only, and may run while the server does.
/// </summary>
internal sealed class AuditVerifier(AuditSeals seals, AuditEvents log, SigningKeys publicKeys, AuditOptions options)
{
    /// <param name="trusted">The only keys that may have sealed; empty trusts every key in the database.</param>
    /// <param name="recorded">A seal known from elsewhere, by number and hash; null checks none.</param>
    /// <param name="progress">Gets the number of each seal.</param>
    public async Task<AuditVerification> VerifyAsync(
        IReadOnlySet<string> trusted,
        (long Sequence, string Hash)? recorded,
        IProgress<long> progress,
        CancellationToken ct)
    {
        using var keys = await TrustedKeys.ReadAsync(publicKeys, trusted, ct);
        var chain = new SealChain(log, keys, await seals.LastExpiredIdAsync(options.Retention, ct));
        AuditSeal? head = null;
        var recordedIsMissing = recorded is not null;
        await foreach (var seal in seals.ListAsync(ct))
        {
            await chain.CheckAsync(seal, head, ct);
            if (seal.Sequence == recorded?.Sequence)
            {
                recordedIsMissing = false;
                Compare(seal, recorded.Value.Hash, chain);
            }

            head = seal;
            progress.Report(seal.Sequence);
        }

        if (recordedIsMissing) chain.Find($"Seal {recorded!.Value.Sequence} was recorded and is missing.");
        var (unsealed, oldest) = await log.CountAsync((head?.ToId ?? 0) + 1, long.MaxValue, ct);
        if (head is null && (await log.CountAsync(long.MinValue, 0, ct)).Rows is > 0 and var odd)
            chain.Find($"{odd} rows have an id below 1.");
        return new AuditVerification
        {
            Seals = chain.Seals,
            RowsVerified = chain.RowsVerified,
            RowsExpired = chain.RowsExpired,
            RowsUnsealed = unsealed,
            OldestUnsealed = oldest,
            Head = head,
            Keys = keys.Used,
            Findings = chain.Findings,
        };
    }

    private static void Compare(AuditSeal seal, string recorded, SealChain chain)
    {
        var hash = Convert.ToHexStringLower(seal.Hash);
        if (!hash.Equals(recorded, StringComparison.OrdinalIgnoreCase))
            chain.Find($"Seal {seal.Sequence} is not the one that was recorded: its hash is {hash}.");
    }
}
