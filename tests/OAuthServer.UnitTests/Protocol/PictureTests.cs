using System.Text;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>A picture is one by its bytes, and of a size that a phone can show.</summary>
public sealed class PictureTests
{
    [Fact]
    public void A_PNG_is_known_with_its_size()
    {
        Assert.False(Picture.Read(Pictures.Png(1024, 1)).Failed(out _, out var picture));
        Assert.Equal("image/png", picture!.MediaType);
        Assert.True(Picture.Read(Pictures.Png(1025, 1)).Failed(out var why, out _));
        Assert.Equal("It has 1025 × 1 pixels; from 1 × 1 to 1024 × 1024 are taken.", why);
        Assert.True(Picture.Read(Pictures.Png()[..20]).Failed(out _, out _));
    }

    [Theory]
    // SOI, APP0, SOF2: 0x0010 high, 0x0020 wide.
    [InlineData("FFD8FFE000040000FFC2000B08001000200101110000", "image/jpeg")]
    // RIFF, VP8L: 16 wide and 1 high, 14 bits each, less one.
    [InlineData("524946461A000000574542505650384C0D0000002F0F000000000000000000", "image/webp")]
    [InlineData("52494646160000005745425056503858" + "0A000000" + "00000000" + "0F0000" + "0F0000", "image/webp")]
    [InlineData("524946461E00000057454250565038201200000000000" + "09D012A1000100000", "image/webp")]
    public void JPEG_and_WebP_are_known(string hex, string type)
    {
        Assert.False(Picture.Read(Convert.FromHexString(hex)).Failed(out var why, out var picture), why);
        Assert.Equal(type, picture!.MediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("GIF89a")]
    [InlineData("RIFF....WEBPVP8 ")]
    public void Anything_else_is_none(string text)
    {
        Assert.True(Picture.Read(Encoding.ASCII.GetBytes(text)).Failed(out var why, out _));
        Assert.Contains("no picture", why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_large_is_not_looked_at()
    {
        Assert.True(Picture.Read(new byte[Picture.Largest + 1]).Failed(out var why, out _));
        Assert.Contains("262145 bytes", why, StringComparison.Ordinal);
    }

    /// <summary>Whatever the bytes: an answer, and no exception.</summary>
    [Fact]
    public void No_bytes_are_too_odd()
    {
        byte[][] starts =
        [
            [0xFF, 0xD8, 0xFF],
            Pictures.Png()[..12],
            Encoding.ASCII.GetBytes("RIFF....WEBPVP8X"),
            Encoding.ASCII.GetBytes("RIFF....WEBPVP8L"),
        ];
        foreach (var start in starts)
            for (var length = 0; length < 60; length++)
                for (var fill = 0; fill < 256; fill += 15)
                    Picture.Read([.. start, .. Enumerable.Repeat((byte)fill, length)]);
    }
}
