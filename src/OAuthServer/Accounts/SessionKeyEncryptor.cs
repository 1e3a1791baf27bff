using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using OAuthServer.Keys;

namespace OAuthServer.Accounts;

/// <summary>
/// Encrypts Data Protection keys with a key of the server secret (AES-256-GCM), so that a copy of the database forges
/// no session. Fails with <see cref="KeyStoreException"/> while the secret is out of reach: no key is ever stored in
/// clear.
/// </summary>
internal sealed class SessionKeyEncryptor(KeyRing ring) : IXmlEncryptor
{
    /// <summary>The attribute that names the server secret.</summary>
    public const string SecretId = "secret";

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var secret = ring.Secrets.Current;
        var clear = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var box = SecretBox.Seal(secret.SessionKeyKey, clear);
        CryptographicOperations.ZeroMemory(clear);
        var element = new XElement(
            "encryptedKey", new XAttribute(SecretId, secret.Id), Convert.ToBase64String(box));
        return new EncryptedXmlInfo(element, typeof(SessionKeyDecryptor));
    }
}

/// <summary>Decrypts what <see cref="SessionKeyEncryptor"/> encrypted. The framework makes it, and asks it.</summary>
internal sealed class SessionKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private readonly KeyRing _ring = services.GetRequiredService<KeyRing>();

    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement)
    {
        var id = (string?)encryptedElement.Attribute(SessionKeyEncryptor.SecretId);
        var secret = _ring.Secrets.Find(id)
            ?? throw new CryptographicException($"The server secret {id} is not known any more.");
        var clear = SecretBox.Open(secret.SessionKeyKey, Convert.FromBase64String(encryptedElement.Value));
        return XElement.Parse(Encoding.UTF8.GetString(clear));
    }
}
