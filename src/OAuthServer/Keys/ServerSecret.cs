using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Keys;

/// <summary>
/// 256 random bits that are in no database, so that a copy of the database alone buys nothing
/// (docs/decisions/026-a-server-secret-beside-the-signing-key.md). Nothing is done with them but to derive one key for
/// each purpose (HKDF, RFC 5869). Never prints key material.
/// </summary>
internal sealed class ServerSecret
{
    private const int Size = 32;
    private const int IdSize = 9;

    // Of each purpose's info parameter (RFC 5869 section 3.2); none may ever be used for a second purpose.
    private const string Product = "OAuthServer ";

    private ServerSecret(ReadOnlySpan<byte> secret)
    {
        Id = Base64Url.EncodeToString(Derive(secret, "id", IdSize));
        SuccessorKey = Derive(secret, "refresh token successor", Size);
        CodeKey = Derive(secret, "code of a consent form", Size);
        SessionKeyKey = Derive(secret, "session key encryption", Size);
        FactorKey = Derive(secret, "second factor encryption", Size);
        BudgetKey = Derive(secret, "shared budget", Size);
    }

    /// <summary>Tells one secret from another; 12 characters that say nothing of it.</summary>
    public string Id { get; }

    /// <summary>With a used refresh token and the nonce of its row it makes the successor.</summary>
    public byte[] SuccessorKey { get; }

    /// <summary>With the secret of a consent form it makes the form's code.</summary>
    public byte[] CodeKey { get; }

    /// <summary>Encrypts Data Protection keys.</summary>
    public byte[] SessionKeyKey { get; }

    /// <summary>Encrypts the secrets of authenticator apps.</summary>
    public byte[] FactorKey { get; }

    /// <summary>Names whoever a budget counts for, where all instances count together.</summary>
    public byte[] BudgetKey { get; }

    /// <summary>Makes a new secret, in the form in which it is stored: base64url, 43 characters.</summary>
    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));

    /// <summary>
    /// Reads a secret as it is stored. One that cannot serve is the operator's mistake: the answer is false and
    /// <paramref name="fault"/> says what is wrong, without a byte of it.
    /// </summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ServerSecret? secret, [NotNullWhen(false)] out string? fault)
    {
        var chars = text.AsSpan().Trim();
        Span<byte> bytes = stackalloc byte[Size];
        var isOne = chars.Length == Base64Url.GetEncodedLength(Size)
            && Base64Url.DecodeFromChars(chars, bytes, out _, out var written) == OperationStatus.Done
            && written == Size;
        secret = isOne ? new ServerSecret(bytes) : null;
        fault = isOne ? null : "it is no server secret: 256 random bits in base64url, 43 characters";
        CryptographicOperations.ZeroMemory(bytes);
        return isOne;
    }

    public override string ToString() => $"ServerSecret {Id}";

    private static byte[] Derive(ReadOnlySpan<byte> secret, string purpose, int size)
    {
        var key = new byte[size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.ASCII.GetBytes(Product + purpose));
        return key;
    }
}
