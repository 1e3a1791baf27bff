using System.Text;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using Bcrypt = BCrypt.Net.BCrypt;

namespace OAuthServer.Operators.Clients;

/// <summary>A client as a file declares it. The members are the columns of <c>oauth_clients</c>; what a file leaves out is the column's default.</summary>
internal sealed record DeclaredClient
{
    /// <summary>Where in the file it stands, for messages.</summary>
    public required string Place { get; init; }

    public required string ClientId { get; init; }

    public required string Name { get; init; }

    public required string ApplicationType { get; init; }

    public required string[] RedirectUris { get; init; }

    public required string[] AllowedScopes { get; init; }

    public required string[] DefaultScopes { get; init; }

    public required string[] GrantTypes { get; init; }

    public bool RequirePkce { get; init; }

    /// <summary>Null leaves it as it is, so that an emergency stop is not undone by the next run of a pipeline.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Null leaves the secrets as they are.</summary>
    public DeclaredSecret? Secret { get; init; }
}

/// <summary>A secret that a file refers to: its bcrypt hash, or a plain value that was found in an environment variable.</summary>
internal sealed class DeclaredSecret
{
    private const int ShortestSecret = 16;

    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly string? _plain;
    private string? _hash;

    private DeclaredSecret(string? plain, string? hash) => (_plain, _hash) = (plain, hash);

    /// <summary>True for text that looks like bcrypt; whether its cost is admitted is for the schema to say.</summary>
    public static bool IsHash(string text) => text.Length == 60 && text.StartsWith("$2", StringComparison.Ordinal) && text[3] == '$' && text[6] == '$' && char.IsAsciiDigit(text[4]) && char.IsAsciiDigit(text[5]);

    public static DeclaredSecret OfHash(string hash) => new(null, hash);

    public static DeclaredSecret OfPlain(string plain) => new(plain, null);

    /// <summary>Why a plain secret cannot be used; null when it can. The secret is not repeated.</summary>
    public static string? Fault(string plain)
    {
        if (plain.Length < ShortestSecret) return $"A client secret needs at least {ShortestSecret} characters.";
        if (Encoding.UTF8.GetByteCount(plain) > ClientSecretVerifier.LongestSecret) return $"bcrypt reads no more than {ClientSecretVerifier.LongestSecret} bytes; this secret is longer.";
        return Parameters.HasControls(plain) ? "The secret has control characters." : null;
    }

    /// <summary>True when this is the secret of a stored hash. Each hash costs one check; then the answer is remembered.</summary>
    public bool Fits(string stored)
    {
        if (_plain is null) return string.Equals(_hash, stored, StringComparison.Ordinal);
        if (!_known.TryGetValue(stored, out var fits)) _known[stored] = fits = IsHash(stored) && Bcrypt.Verify(_plain, stored);
        return fits;
    }

    /// <summary>The hash to store: the given one, or one that is made of the plain secret, once.</summary>
    public string HashFor(int cost) => _hash ??= Bcrypt.HashPassword(_plain, cost);

    /// <summary>Holds a secret.</summary>
    public override string ToString() => nameof(DeclaredSecret);
}
