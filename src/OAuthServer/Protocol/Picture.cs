using System.Buffers.Binary;

namespace OAuthServer.Protocol;

/// <summary>
/// A picture that browsers are given from our own origin: PNG, JPEG or WebP by its bytes, whatever somebody calls it.
/// SVG can hold scripts and is none of these.
/// </summary>
internal sealed record Picture(byte[] Content, string MediaType)
{
    /// <summary>In bytes; the schema has the same figure.</summary>
    public const int Largest = 256 * 1024;

    /// <summary>
    /// In pixels, on each side: what is shown is far smaller, and what is larger takes a phone long to unpack.
    /// </summary>
    public const int Widest = 1024;

    private const string Kinds = "PNG, JPEG or WebP";

    /// <summary>The picture, or what is wrong with it.</summary>
    public static Result<Picture, string> Read(byte[] content)
    {
        if (content.Length > Largest) return $"It has {content.Length} bytes; {Largest} at most are taken.";
        if (Measure(content) is not { } found) return $"It is no picture of the kinds {Kinds}, judged by its bytes.";
        if (found.Width is 0 or > Widest || found.Height is 0 or > Widest)
            return $"It has {found.Width} × {found.Height} pixels; from 1 × 1 to {Widest} × {Widest} are taken.";
        return new Picture(content, found.Type);
    }

    private static (string Type, int Width, int Height)? Measure(ReadOnlySpan<byte> bytes)
    {
        if (IsPng(bytes)) return Png(bytes);
        if (bytes is [0xFF, 0xD8, 0xFF, ..]) return Jpeg(bytes);
        return bytes.Length >= 30 && bytes[..4].SequenceEqual("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8)
            ? WebP(bytes)
            : null;
    }

    private static bool IsPng(ReadOnlySpan<byte> bytes) =>
        bytes is [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..];

    // ISO/IEC 15948 §11.2.2: IHDR is the first chunk.
    private static (string, int, int)? Png(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 24 && bytes[12..16].SequenceEqual("IHDR"u8)
            ? ("image/png", Side(BinaryPrimitives.ReadUInt32BigEndian(bytes[16..])),
                Side(BinaryPrimitives.ReadUInt32BigEndian(bytes[20..])))
            : null;

    // ITU T.81 §B.2.2: segments up to the frame header, which is one of SOF0 to SOF15 without DHT, JPG and DAC.
    private static (string, int, int)? Jpeg(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC)
            {
                return ("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            }

            at += marker == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        }

        return null;
    }

    // RFC 9649 §2.5 to §2.7: lossy, lossless and extended.
    private static (string, int, int)? WebP(ReadOnlySpan<byte> bytes)
    {
        const string Type = "image/webp";
        const int Mask = 0x3FFF;
        var kind = bytes[12..16];
        if (kind.SequenceEqual("VP8 "u8) && bytes[23..26].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]))
        {
            return (Type, BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]) & Mask,
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]) & Mask);
        }

        if (kind.SequenceEqual("VP8L"u8) && bytes[20] == 0x2F)
        {
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
            return (Type, (int)(packed & Mask) + 1, (int)((packed >> 14) & Mask) + 1);
        }

        if (!kind.SequenceEqual("VP8X"u8)) return null;
        return (Type, Three(bytes[24..]) + 1, Three(bytes[27..]) + 1);
    }

    private static int Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static int Side(uint pixels) => (int)Math.Min(pixels, int.MaxValue);
}
