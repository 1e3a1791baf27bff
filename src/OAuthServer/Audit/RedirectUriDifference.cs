using OAuthServer.Protocol;

namespace OAuthServer.Audit;

/// <summary>Where a redirect URI parts from the nearest registered one, in words that a log may hold.</summary>
/// <param name="Received">Without user information, query and fragment.</param>
/// <param name="Nearest">Likewise.</param>
/// <param name="Index">The first character that differs, counted from 0 in the URI as it was sent.</param>
/// <param name="ReceivedCharacter">That character, or what is there instead of one.</param>
/// <param name="NearestCharacter">Likewise.</param>
internal sealed record RedirectUriDifference(
    string Received, string Nearest, int Index, string ReceivedCharacter, string NearestCharacter)
{
    // Anybody may send a redirect URI: more of it, or more registered ones, are not compared.
    private const int LongestCompared = 2048;
    private const int MostRegistered = 100;
    private const string NotShown = "not shown";

    /// <summary>
    /// The nearest is the one that shares the most of its beginning and end. Null when none is registered.
    /// </summary>
    public static RedirectUriDifference? Of(RedirectUriMismatch mismatch)
    {
        var received = mismatch.Received;
        var nearest = mismatch.Registered.Take(MostRegistered).MinBy(registered => Unshared(registered, received));
        if (nearest is null) return null;
        var index = Compared(nearest).CommonPrefixLength(Compared(received));
        var hidden = IsHidden(nearest, index) || IsHidden(received, index);
        return new RedirectUriDifference(
            RedirectUriText.Show(received),
            RedirectUriText.Show(nearest),
            index,
            hidden ? NotShown : RedirectUriText.CharacterAt(received, index),
            hidden ? NotShown : RedirectUriText.CharacterAt(nearest, index));
    }

    // How many characters lie between the common beginning and the common end, in the longer of the two.
    private static int Unshared(string registered, string received)
    {
        var beginning = Compared(registered).CommonPrefixLength(Compared(received));
        var ours = Compared(registered)[beginning..];
        var theirs = Compared(received)[beginning..];
        var end = 0;
        while (end < Math.Min(ours.Length, theirs.Length) && ours[^(end + 1)] == theirs[^(end + 1)]) end++;
        return Math.Max(ours.Length, theirs.Length) - end;
    }

    private static ReadOnlySpan<char> Compared(string uri) => uri.AsSpan(0, Math.Min(uri.Length, LongestCompared));

    // Inside a query or fragment, where values may be secret. The mark itself may be shown.
    private static bool IsHidden(string uri, int index) =>
        uri.AsSpan(0, Math.Min(index, uri.Length)).ContainsAny('?', '#');
}
