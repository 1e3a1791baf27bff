using System.Globalization;
using System.Text;
using QRCoder;

namespace OAuthServer.Pages;

/// <summary>
/// A QR code as the path of an inline SVG, drawn on the server: no script and no other origin sees it.
/// </summary>
/// <param name="Size">Modules on each side, the quiet zone included.</param>
/// <param name="Path">A square of 1 for each dark module.</param>
internal sealed record QrPicture(int Size, string Path)
{
    public static QrPicture Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var modules = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < modules.Count; y++)
        {
            for (var x = 0; x < modules.Count; x++)
                if (modules[y][x]) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
        }

        return new QrPicture(modules.Count, path.ToString());
    }

    /// <summary>Holds a secret.</summary>
    public override string ToString() => "a QR code";
}
