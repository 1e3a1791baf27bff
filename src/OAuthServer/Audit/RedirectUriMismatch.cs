using System.Globalization;
using System.Text;

namespace OAuthServer.Audit;

/// <summary>A redirect URI that did not fit, and those that would (RFC 6749 §3.1.2.4): explained only when somebody reads it.</summary>
/// <param name="Received">What the request brought; anybody may have written it.</param>
/// <param name="Registered">What would have been right, in the order of the registration.</param>
internal sealed record RedirectUriMismatch(string Received, IReadOnlyList<string> Registered)
{
    // A stranger pays for a request and must not get more work for it than the request was: so much of a URI is compared,
    // so many registered ones, and the costly distance only for the few that are close at a glance, over short pieces.
    private const int LongestCompared = 2048;
    private const int MostRegistered = 100;
    private const int MostMeasured = 4;
    private const int LongestMeasured = 128;

    /// <summary>The registered URI that takes the fewest edits to reach, and where the two part; null when none is registered.</summary>
    public RedirectUriDifference? Explain()
    {
        var received = Cut(Received);
        var gaps = Registered.Take(MostRegistered).Select(uri => new Gap(uri, received)).OrderBy(gap => gap.Width).Take(MostMeasured);
        return gaps.MinBy(gap => gap.Distance()) is { } nearest ? Describe(nearest) : null;
    }

    /// <summary>Holds what a stranger sent.</summary>
    public override string ToString() => $"a redirect URI beside {Registered.Count} registered";

    private RedirectUriDifference Describe(Gap nearest)
    {
        var (ours, theirs, index) = (nearest.Registered, Received, nearest.Prefix);
        var hidden = IsHidden(ours, index) || IsHidden(theirs, index);
        return new RedirectUriDifference(
            RedirectUriText.Show(theirs), RedirectUriText.Show(ours), index,
            hidden ? "not shown" : RedirectUriText.CharacterAt(theirs, index), hidden ? "not shown" : RedirectUriText.CharacterAt(ours, index));
    }

    // Inside a query or fragment, where values may be secret. The mark itself may be shown.
    private static bool IsHidden(string uri, int index) => uri.AsSpan(0, Math.Min(index, uri.Length)).ContainsAny('?', '#');

    private static string Cut(string uri) => uri.Length <= LongestCompared ? uri : uri[..LongestCompared];

    /// <summary>What lies between the common beginning and the common end of two URIs.</summary>
    private sealed class Gap
    {
        private readonly string _ours;
        private readonly string _theirs;

        public Gap(string registered, string received)
        {
            Registered = registered;
            var ours = Cut(registered);
            Prefix = ours.AsSpan().CommonPrefixLength(received);
            var suffix = 0;
            var most = Math.Min(ours.Length, received.Length) - Prefix;
            while (suffix < most && ours[^(suffix + 1)] == received[^(suffix + 1)]) suffix++;
            _ours = ours[Prefix..^suffix];
            _theirs = received[Prefix..^suffix];
        }

        public string Registered { get; }

        /// <summary>The first character that differs, counted from 0.</summary>
        public int Prefix { get; }

        /// <summary>As many edits are always enough.</summary>
        public int Width => Math.Max(_ours.Length, _theirs.Length);

        /// <summary>The fewest insertions, deletions and changes (Levenshtein) between the two; the width when that is too much to measure.</summary>
        public int Distance()
        {
            if (Width > LongestMeasured || _ours.Length == 0 || _theirs.Length == 0) return Width;
            Span<int> row = stackalloc int[LongestMeasured + 1];
            for (var column = 0; column <= _theirs.Length; column++) row[column] = column;
            for (var line = 1; line <= _ours.Length; line++)
            {
                var diagonal = row[0];
                row[0] = line;
                for (var column = 1; column <= _theirs.Length; column++)
                {
                    var change = diagonal + (_ours[line - 1] == _theirs[column - 1] ? 0 : 1);
                    diagonal = row[column];
                    row[column] = Math.Min(change, Math.Min(row[column], row[column - 1]) + 1);
                }
            }

            return row[_theirs.Length];
        }
    }
}

/// <summary>Where a redirect URI parts from the nearest registered one, in words that a log may hold.</summary>
/// <param name="Received">Without user information, query and fragment.</param>
/// <param name="Nearest">Likewise.</param>
/// <param name="Index">The first character that differs, counted from 0 in the URI as it was sent.</param>
/// <param name="ReceivedCharacter">That character, or what is there instead of one.</param>
/// <param name="NearestCharacter">Likewise.</param>
internal sealed record RedirectUriDifference(string Received, string Nearest, int Index, string ReceivedCharacter, string NearestCharacter);

/// <summary>How a redirect URI that a stranger sent is written into a log.</summary>
internal static class RedirectUriText
{
    private const int LongestShown = 512;

    /// <summary>
    /// Scheme, host, port and path in printable ASCII, at most 512 characters. User information, query and fragment are
    /// left out: they are where secrets stand. What does not begin like a URI is not quoted at all, it may be anything.
    /// </summary>
    public static string Show(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (!Uri.CheckSchemeName(colon < 0 ? null : uri[..colon])) return string.Create(CultureInfo.InvariantCulture, $"(no URI, {uri.Length} characters)");
        var shown = new StringBuilder();
        var end = uri.AsSpan().IndexOfAny('?', '#');
        var rest = uri.AsSpan(0, end < 0 ? uri.Length : end);
        var authority = rest[(colon + 1)..].StartsWith("//") ? colon + 3 : colon + 1;
        var path = rest[authority..].IndexOfAny('/', '\\');
        var at = rest[authority..(path < 0 ? rest.Length : authority + path)].LastIndexOf('@');
        Append(shown, rest[..authority]);
        if (at >= 0) shown.Append("…@");
        Append(shown, rest[(authority + at + 1)..]);
        if (end >= 0) shown.Append(uri[end]).Append('…');
        return shown.Length <= LongestShown ? shown.ToString() : shown.ToString(0, LongestShown) + "…";
    }

    /// <summary>One character in quotes, or <c>its end</c> behind the last one.</summary>
    public static string CharacterAt(string uri, int index)
    {
        if (index >= uri.Length) return "its end";
        var shown = new StringBuilder("'");
        Append(shown, uri.AsSpan(index, 1));
        return shown.Append('\'').ToString();
    }

    // Control characters could write lines of their own, others look like what they are not.
    private static void Append(StringBuilder shown, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (shown.Length > LongestShown) return;
            if (c is >= ' ' and <= '~') shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }
    }
}
