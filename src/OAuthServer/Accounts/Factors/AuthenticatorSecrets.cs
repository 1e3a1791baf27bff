using System.Security.Cryptography;
using OAuthServer.Keys;
using OAuthServer.Storage;
using OtpNet;

namespace OAuthServer.Accounts.Factors;

/// <summary>The secret of an authenticator app as a row keeps it.</summary>
/// <param name="Box">Encrypted, for one account.</param>
/// <param name="WrappedBy">The id of the server secret that the key comes from.</param>
internal sealed record WrappedSecret(byte[] Box, string WrappedBy)
{
    /// <summary>It is encrypted, and stays out of logs all the same.</summary>
    public override string ToString() => $"a secret wrapped by {WrappedBy}";
}

/// <summary>
/// The secrets of authenticator apps: in the database they are encrypted with a key of the server secret, bound to
/// their account, so that a copy of the database makes no codes
/// (docs/decisions/026-a-server-secret-beside-the-signing-key.md).
/// </summary>
internal sealed class AuthenticatorSecrets(KeyRing ring)
{
    /// <summary>In bytes: 160 bits, as RFC 4226 §4 recommends.</summary>
    public const int Size = 20;

    public WrappedSecret Wrap(ReadOnlySpan<byte> secret, Guid accountId)
    {
        var current = ring.Secrets.Current;
        return new(SecretBox.Seal(current.FactorKey, secret, accountId.ToByteArray()), current.Id);
    }

    /// <summary>The secret; null when the server secret that encrypted it is gone.</summary>
    public byte[]? Unwrap(Authenticator app)
    {
        if (ring.Secrets.Find(app.WrappedBy) is not { } known) return null;
        try
        {
            return SecretBox.Open(known.FactorKey, app.Secret, app.AccountId.ToByteArray());
        }
        catch (CryptographicException)
        {
            // Somebody wrote into the row.
            return null;
        }
    }
}

/// <summary>
/// The codes of an authenticator app: SHA-1, six digits, 30 seconds, which every app knows (RFC 6238 §4).
/// </summary>
internal static class TotpCode
{
    private const int Digits = 6;

    // RFC 6238 §5.2: one step early and late, for clocks that differ and people who type slowly.
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    /// <summary>The time step that a code is of; null for a wrong one.</summary>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now) =>
        new Totp(secret).VerifyTotp(now.UtcDateTime, code, out var step, Window) ? step : null;

    /// <summary>What was typed, without the blanks that apps show; null for what is no code.</summary>
    public static string? Read(string typed)
    {
        var code = string.Concat(typed.Where(c => !char.IsWhiteSpace(c)));
        return code.Length == Digits && code.All(char.IsAsciiDigit) ? code : null;
    }
}
