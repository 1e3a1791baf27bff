using System.Text;
using OAuthServer.Protocol;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// A secret that a file refers to: its bcrypt hash, or a plain value that was found in an environment variable.
/// </summary>
internal sealed class DeclaredSecret
{
    private const int ShortestSecret = 16;
    private const int HashLength = 60;

    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly string? _plain;
    private string? _hash;

    private DeclaredSecret(string? plain, string? hash) => (_plain, _hash) = (plain, hash);

    /// <summary>
    /// True for text that looks like bcrypt, <c>$2b$12$…</c>; whether its cost is admitted is for the schema to say.
    /// </summary>
    public static bool IsHash(string text) =>
        text.Length == HashLength && text.StartsWith("$2", StringComparison.Ordinal)
        && text[3] == '$' && char.IsAsciiDigit(text[4]) && char.IsAsciiDigit(text[5]) && text[6] == '$';

    public static DeclaredSecret OfHash(string hash) => new(null, hash);

    public static DeclaredSecret OfPlain(string plain) => new(plain, null);

    /// <summary>Why a plain secret cannot be used; null when it can. The secret is not repeated.</summary>
    public static string? Fault(string plain)
    {
        const int longest = ClientSecretVerifier.LongestSecret;
        if (plain.Length < ShortestSecret) return $"A client secret needs at least {ShortestSecret} characters.";
        if (Encoding.UTF8.GetByteCount(plain) > longest)
            return $"bcrypt reads no more than {longest} bytes; this secret is longer.";
        return Parameters.HasControls(plain) ? "The secret has control characters." : null;
    }

    /// <summary>
    /// True when this is the secret of a stored hash. Each hash costs one check; then the answer is remembered.
    /// </summary>
    public bool Fits(string stored)
    {
        if (_plain is null) return string.Equals(_hash, stored, StringComparison.Ordinal);
        if (_known.TryGetValue(stored, out var known)) return known;
        return _known[stored] = IsHash(stored) && Bcrypt.Verify(_plain, stored);
    }

    /// <summary>The hash to store: the given one, or one that is made of the plain secret, once.</summary>
    public string HashFor(int cost) => _hash ??= Bcrypt.HashPassword(_plain, cost);

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(DeclaredSecret);
}
