using System.Buffers.Binary;
using System.IO.Compression;

namespace OAuthServer.Testing;

/// <summary>Pictures of one colour, as small as they can be.</summary>
public static class Pictures
{
    /// <summary>A PNG of this size that every browser shows.</summary>
    public static byte[] Png(int width = 64, int height = 64, byte red = 59, byte green = 79, byte blue = 216)
    {
        var rows = new byte[height * ((width * 3) + 1)];
        for (var at = 0; at < rows.Length; at++)
            rows[at] = (at % ((width * 3) + 1)) is 0
                ? (byte)0
                : ((at % ((width * 3) + 1)) % 3) switch { 1 => red, 2 => green, _ => blue };
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(rows);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [
            0x89,
            0x50,
            0x4E,
            0x47,
            0x0D,
            0x0A,
            0x1A,
            0x0A,
            .. Chunk("IHDR"u8, header),
            .. Chunk("IDAT"u8, packed.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        byte[] named = [.. name, .. content];
        var sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(named));
        return [.. length, .. named, .. sum];
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
