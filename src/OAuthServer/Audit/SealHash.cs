using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>
/// The hash of a seal: SHA-256 over the hash of the seal before it (32 zero bytes for the first) and then each row in
/// the order of ids, as a JSON array on a line of its own. JSON tells null from empty and one column from the next.
/// </summary>
internal sealed class SealHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _line = new(512);

    public SealHash(byte[]? before) => _hash.AppendData(before ?? new byte[SHA256.HashSizeInBytes]);

    public int Rows { get; private set; }

    public void Add(AuditRow row)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartArray();
            json.WriteNumberValue(row.Id);
            json.WriteStringValue(Text(row.OccurredAt));
            json.WriteStringValue(row.Event);
            json.WriteStringValue(row.Reason);
            json.WriteStringValue(row.ClientId);
            json.WriteStringValue(row.Pseudonym?.ToString());
            json.WriteStringValue(row.GrantId?.ToString());
            json.WriteStringValue(row.Address);
            json.WriteStringValue(row.CorrelationId);
            json.WriteStringValue(row.KeyId);
            json.WriteStringValue(row.EarlierAddress);
            json.WriteStringValue(Text(row.OtherDevice));
            json.WriteStringValue(row.Detail);
            json.WriteEndArray();
        }

        _hash.AppendData(_line.WrittenSpan);
        _hash.AppendData("\n"u8);
        Rows++;
    }

    public byte[] Finish() => _hash.GetHashAndReset();

    /// <summary>
    /// What the key signs. It has line breaks, so it can never be taken for a token's signing input (RFC 7515 §5.1).
    /// </summary>
    public static byte[] SignedText(AuditSeal seal)
    {
        string[] lines =
        [
            "oauthserver-audit-seal-1",
            Text(seal.Sequence),
            seal.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Text(seal.FromId),
            Text(seal.ToId),
            Text(seal.RowCount),
            Text(seal.SealedAt),
            seal.KeyId,
            Convert.ToHexStringLower(seal.Hash),
        ];
        return Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
    }

    public void Dispose() => _hash.Dispose();

    private static string? Text(bool? fact) => fact is { } known ? known ? "true" : "false" : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(DateTime utc) =>
        utc.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
