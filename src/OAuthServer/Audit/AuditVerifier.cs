using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>The seals that one key signed.</summary>
internal sealed record SealingKey(string KeyId, long Seals, long FirstSequence, long LastSequence);

/// <summary>What a verification saw.</summary>
/// <param name="RowsVerified">Rows that are as they were sealed.</param>
/// <param name="RowsExpired">Sealed rows that left by retention.</param>
/// <param name="RowsUnsealed">Rows too new to be sealed.</param>
/// <param name="OldestUnsealed">The time of the first of these, in UTC.</param>
/// <param name="Head">The last seal, to be compared with a record kept elsewhere; null when there is none.</param>
/// <param name="Keys">To be compared with the keys that this server is known to have had.</param>
/// <param name="Findings">What is wrong, in words; empty when nothing is.</param>
internal sealed record AuditVerification(
    long Seals, long RowsVerified, long RowsExpired, long RowsUnsealed, DateTime? OldestUnsealed, AuditSeal? Head,
    IReadOnlyList<SealingKey> Keys, IReadOnlyList<string> Findings);

/// <summary>
/// Checks every seal: that none is missing, that its signature is of a key that is trusted, and that its rows are those that
/// were sealed. Reads only, and may run while the server does.
/// </summary>
internal sealed class AuditVerifier(AuditSeals seals, AuditEvents log, SigningKeys publicKeys, AuditOptions options)
{
    /// <summary>Checks all.</summary>
    /// <param name="trusted">The only keys that may have sealed; empty trusts every key in the database.</param>
    /// <param name="expectedHead">A seal known from elsewhere, by number and hash; null checks none.</param>
    /// <param name="progress">Gets the number of each seal.</param>
    public async Task<AuditVerification> VerifyAsync(
        IReadOnlySet<string> trusted, (long Sequence, string Hash)? expectedHead, IProgress<long> progress, CancellationToken ct)
    {
        using var keys = await TrustedKeys.ReadAsync(publicKeys, trusted, ct);
        var chain = new SealChain(log, keys, await seals.LastExpiredIdAsync(options.Retention, ct));
        AuditSeal? head = null;
        var expectedSeen = expectedHead is null;
        await foreach (var seal in seals.ListAsync(ct))
        {
            await chain.CheckAsync(seal, head, ct);
            if (seal.Sequence == expectedHead?.Sequence)
            {
                expectedSeen = true;
                if (!Convert.ToHexStringLower(seal.Hash).Equals(expectedHead.Value.Hash, StringComparison.OrdinalIgnoreCase))
                    chain.Find($"Seal {seal.Sequence} is not the one that was recorded: its hash is {Convert.ToHexStringLower(seal.Hash)}.");
            }

            head = seal;
            progress.Report(seal.Sequence);
        }

        if (!expectedSeen) chain.Find($"Seal {expectedHead!.Value.Sequence} was recorded and is missing.");
        var (unsealed, oldest) = await log.CountAsync((head?.ToId ?? 0) + 1, long.MaxValue, ct);
        if (head is null && (await log.CountAsync(long.MinValue, 0, ct)).Rows is > 0 and var odd) chain.Find($"{odd} rows have an id below 1.");
        return new(chain.Seals, chain.RowsVerified, chain.RowsExpired, unsealed, oldest, head, keys.Used, chain.Findings);
    }
}
