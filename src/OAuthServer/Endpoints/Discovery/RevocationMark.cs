using System.Globalization;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>
/// How far a reader knows the list of revocations: all that transactions of this database below the number had added.
/// </summary>
internal readonly record struct RevocationMark(string Origin, long Below)
{
    private const int LongestNumber = 19;

    /// <summary>Reads a mark that we handed out; null for anything else.</summary>
    public static RevocationMark? Parse(string? text)
    {
        if (text?.IndexOf('.', StringComparison.Ordinal) is not (> 0 and var dot)) return null;
        var number = text.AsSpan(dot + 1);
        if (number.Length > LongestNumber) return null;
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var below)
            ? new(text[..dot], below)
            : null;
    }

    /// <summary>As readers send it back.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}.{Below}");
}
