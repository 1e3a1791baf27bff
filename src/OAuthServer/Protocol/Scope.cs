using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OAuthServer.Protocol;

/// <summary>
/// A case-sensitive set of scope tokens in the order asked for, without repetitions (RFC 6749 §3.3).
/// </summary>
internal sealed class Scope
{
    private const int LongestScope = 1000;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x7E - 0x21 + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    private readonly string _text;

    private Scope(IReadOnlyList<string> names) => (Names, _text) = (names, string.Join(' ', names));

    public IReadOnlyList<string> Names { get; }

    /// <summary>A scope made of tokens that were checked before, such as a client's.</summary>
    public static Scope Of(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal)]);

    /// <summary>
    /// Reads <c>scope-token *( SP scope-token )</c>; a leading, trailing or double space is a fault (RFC 6749 §3.3).
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Scope? scope)
    {
        scope = null;
        if (text.Length is 0 or > LongestScope) return false;
        var names = text.Split(' ');
        if (!Array.TrueForAll(names, IsToken)) return false;
        scope = Of(names);
        return true;
    }

    /// <summary>True when every token of this scope is among <paramref name="allowed"/>.</summary>
    public bool IsWithin(IEnumerable<string> allowed) => !Names.Except(allowed, StringComparer.Ordinal).Any();

    /// <summary>Those tokens of it that are among <paramref name="allowed"/>; it may have none.</summary>
    public Scope Among(IEnumerable<string> allowed) => Of(Names.Intersect(allowed, StringComparer.Ordinal));

    public override string ToString() => _text;

    private static bool IsToken(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters);
}
