using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace OAuthServer.Accounts;

/// <summary>
/// Values that a browser keeps for this server, sealed with Data Protection, whose keys all instances share. A value
/// that ends carries its end itself.
/// </summary>
/// <param name="protection">Has the keys.</param>
/// <param name="purpose">Keeps the values of one use from being taken for those of another.</param>
internal sealed class SealedJson<T>(IDataProtectionProvider protection, string purpose)
    where T : class
{
    private readonly IDataProtector _protector = protection.CreateProtector(purpose);

    public string Seal(T value) => _protector.Protect(JsonSerializer.Serialize(value));

    /// <summary>The value, or null when this server did not seal it.</summary>
    public T? Open(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(_protector.Unprotect(text));
        }
        catch (Exception forged) when (forged is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }
}
