using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace OAuthServer.Bench.Growth;

/// <summary>How full the database is.</summary>
/// <param name="Rows">Of refresh tokens, used ones included.</param>
/// <param name="Clients">1: the bench's own, with a secret. More: apps without one, so that no slow hash is in the figures.</param>
internal sealed record Stage(long Rows, int Clients)
{
    /// <summary>Rows of one family: its live token, and those used before it that are not swept yet.</summary>
    public const int RowsPerFamily = 5;

    /// <summary>Sessions refresh once an hour: that many seconds lie between a token and its successor.</summary>
    public const int SecondsBetweenGenerations = 3600;

    /// <summary>Seconds since 1970 at which the oldest of the live tokens were made: a past that does not move, so that filling and drawing agree.</summary>
    public const long Epoch = 1_790_000_000;

    /// <summary>Live sessions: each has one live token.</summary>
    public long Families => Math.Max(1, Rows / RowsPerFamily);

    /// <summary>Two families for each person.</summary>
    public long People => Math.Max(1, Families / 2);

    /// <summary>Of its server and database.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"rows_{Rows}_clients_{Clients}");

    /// <summary>The live token with which a family is filled in: the second in which it was made, and the family's number.</summary>
    public static string TokenOf(long family)
    {
        Span<byte> parts = stackalloc byte[36];
        BinaryPrimitives.WriteUInt32BigEndian(parts, (uint)(Epoch + family % SecondsBetweenGenerations));
        BinaryPrimitives.WriteInt64BigEndian(parts[^8..], family);
        return Base64Url.EncodeToString(parts);
    }

    /// <summary>The credentials of a family's client, form-encoded; null for the bench's own.</summary>
    public string? CredentialsOf(long family) => Clients == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"client_id=app-{family % Clients}");
}
