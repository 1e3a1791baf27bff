using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace OAuthServer.Bench.Growth;

/// <summary>How full the database is.</summary>
/// <param name="Rows">Families of refresh tokens: one for each live session.</param>
/// <param name="Clients">1: the bench's own, with a secret. More: apps without one, so that no slow hash is in the
/// figures.</param>
internal sealed record Stage(long Rows, int Clients)
{
    /// <summary>
    /// Seconds since 1970 at which the first family began, each further one a second later: a past that does not move,
    /// so that filling and drawing agree.
    /// </summary>
    public const long Epoch = 1_780_000_000;

    /// <summary>Two families for each person.</summary>
    public long People => Math.Max(1, Rows / 2);

    /// <summary>Of its server and database.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"rows_{Rows}_clients_{Clients}");

    /// <summary>
    /// The live token with which a family is filled in: when it began, and its number for both of the token's random
    /// parts.
    /// </summary>
    public static string TokenOf(long family)
    {
        Span<byte> parts = stackalloc byte[52];
        BinaryPrimitives.WriteUInt32BigEndian(parts, (uint)(Epoch + family));
        BinaryPrimitives.WriteInt64BigEndian(parts[12..], family);
        BinaryPrimitives.WriteInt64BigEndian(parts[^8..], family);
        return Base64Url.EncodeToString(parts);
    }

    /// <summary>The credentials of a family's client, form-encoded; null for the bench's own.</summary>
    public string? CredentialsOf(long family) =>
        Clients == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"client_id=app-{family % Clients}");
}
