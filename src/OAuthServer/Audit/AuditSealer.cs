using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>
/// Seals audit rows in the background, on every instance, one at a time: in the order of their ids, once no
/// transaction can add a lower id any more (docs/decisions/019-sealing-without-a-lock-on-the-way-in.md).
/// </summary>
internal sealed partial class AuditSealer(
    AuditSeals seals,
    KeyHistory keys,
    SealMark mark,
    IOptions<AuditOptions> options,
    TimeProvider clock,
    ILogger<AuditSealer> logger) : BackgroundService
{
    /// <summary>The rows that one seal covers at most.</summary>
    public const int MostRows = 10_000;

    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// One round: seals what there is, in as many seals as it takes. Rows written meanwhile are for the next round,
    /// or a busy server would have a seal for every few of them. The last seal, whoever made it, is noted outside the
    /// database, where that is asked for. Does nothing while there is no signing key.
    /// </summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await keys.NotedSigningKeyAsync(ct) is not { } key) return;
        while (await SealAsync(key, ct)) await Task.Delay(Pause, clock, ct);
        await mark.KeepAsync(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Jitter.Around(options.Value.SealInterval), clock, stoppingToken);
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (Exception failure) when (DatabaseFailure.Is(failure) && !stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure.Message);
            }
        }
    }

    // True when there was more than one seal takes.
    private async Task<bool> SealAsync(SigningKey key, CancellationToken ct)
    {
        await using var turn = await seals.TryBeginAsync(ct);
        if (turn is null) return false;
        var before = await turn.LastAsync(ct);
        var (highest, writers) = await turn.LookAsync(ct);
        var from = (before?.ToId ?? 0) + 1;
        if (highest < from || !await EndedAsync(turn, writers, ct)) return false;

        using var hash = new SealHash(before?.Hash);
        DateOnly? day = null;
        var to = highest;
        await foreach (var row in turn.RowsAsync(from, highest, MostRows).WithCancellation(ct))
        {
            // A seal is of one day, so that the sweeper can take whole days.
            if (day is not null && DateOnly.FromDateTime(row.OccurredAt) != day) break;
            day = DateOnly.FromDateTime(row.OccurredAt);
            hash.Add(row);
            to = row.Id;
        }

        if (day is null) return false;
        var seal = Sign(new AuditSeal
        {
            Sequence = (before?.Sequence ?? 0) + 1,
            Day = day.Value,
            FromId = from,
            ToId = to,
            RowCount = hash.Rows,
            Hash = hash.Finish(),
            SealedAt = await turn.NowAsync(ct),
            KeyId = key.KeyId,
            Signature = [],
        }, key);
        await turn.AddAsync(seal, ct);
        LogSealed(seal.Sequence, seal.RowCount, from, to, Convert.ToHexStringLower(seal.Hash), seal.KeyId);
        return to < highest;
    }

    private async Task<bool> EndedAsync(AuditSealing turn, IReadOnlyList<string> writers, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        while (writers.Count > 0)
        {
            if (clock.GetElapsedTime(started) > WriterPatience)
            {
                LogHeldUp(writers.Count);
                return false;
            }

            await Task.Delay(Pause, clock, ct);
            writers = await turn.StillWritingAsync(writers, ct);
        }

        return true;
    }

    private static AuditSeal Sign(AuditSeal seal, SigningKey key)
    {
        var signature = new byte[key.SignatureLength];
        if (!key.TrySign(SealHash.SignedText(seal), signature, out _))
            throw new InvalidOperationException("The signing key did not sign.");
        return seal with { Signature = signature };
    }

    [LoggerMessage(6101, LogLevel.Information,
        "Audit seal {Sequence}: {Rows} rows, ids {From} to {To}, hash {Hash}, key {KeyId}.")]
    private partial void LogSealed(long sequence, int rows, long from, long to, string hash, string keyId);

    [LoggerMessage(6102, LogLevel.Warning, "Sealing audit rows failed ({Cause}); the next round tries again.")]
    private partial void LogFailed(string cause);

    [LoggerMessage(6103, LogLevel.Warning,
        "Sealing audit rows waits for {Count} transactions that have been writing to oauth_audit_events for long; "
        + "the next round tries again.")]
    private partial void LogHeldUp(int count);
}
