using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OAuthServer.Protocol;

/// <summary>
/// A case-sensitive set of scope tokens in the order asked for, without repetitions (RFC 6749 §3.3).
/// </summary>
internal sealed class Scope
{
    // Every scope that a client may have fits: its row has at most 4,000 characters of them.
    private const int LongestScope = 4096;
    private const int LongestNamed = 100;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x7E - 0x21 + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    // Those of URIs (RFC 3986 §2.2, §2.3) without the ampersand and the apostrophe; and nothing that some app decodes.
    private static readonly SearchValues<char> Nameable = SearchValues.Create(
        "-._~:/?#[]@!$()*+,;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _text;

    private Scope(IReadOnlyList<string> names) => (Names, _text) = (names, string.Join(' ', names));

    /// <summary>None at all in a scope of blanks, which asks for no more than an absent one.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A scope made of tokens that were checked before, such as a client's.</summary>
    public static Scope Of(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal)]);

    /// <summary>The scope of a grant, as its row has it.</summary>
    public static Scope OfGrant(string stored) => Of(stored.Split(' '));

    /// <summary>
    /// Reads <c>scope-token *( SP scope-token )</c> (RFC 6749 §3.3). Spaces too many mean nothing, and are ignored; any
    /// other character that a token may not have is a fault.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Scope? scope)
    {
        scope = null;
        if (text.Length is 0 or > LongestScope) return false;
        var names = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!Array.TrueForAll(names, IsToken)) return false;
        scope = Of(names);
        return true;
    }

    /// <summary>Whether it is one <c>scope-token</c> (RFC 6749 §3.3).</summary>
    public static bool IsToken(string name) =>
        name.Length is > 0 and <= LongestScope && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>Those tokens of it that are among <paramref name="allowed"/>; it may have none.</summary>
    public Scope Among(IEnumerable<string> allowed) => Of(Names.Intersect(allowed, StringComparer.Ordinal));

    /// <summary>Whether this token is among it.</summary>
    public bool Has(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Without this token.</summary>
    public Scope Without(string name) => Of(Names.Where(token => token != name));

    /// <summary>The first token that is not among <paramref name="allowed"/>; null when all are.</summary>
    public string? FirstBeyond(IEnumerable<string> allowed) =>
        Names.Except(allowed, StringComparer.Ordinal).FirstOrDefault();

    /// <summary>
    /// How a description names a token that anybody may have sent: as it is when it looks like a scope, and has no
    /// character that means something to a page.
    /// </summary>
    public static string Named(string token) => IsNameable(token) ? $"The scope {token}" : "A scope";

    /// <summary>Whether a description may hold a text that anybody may have sent.</summary>
    internal static bool IsNameable(string text) =>
        text.Length <= LongestNamed && !text.AsSpan().ContainsAnyExcept(Nameable);

    public override string ToString() => _text;
}
