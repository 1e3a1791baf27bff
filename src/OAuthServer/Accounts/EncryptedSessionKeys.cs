using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace OAuthServer.Accounts;

/// <summary>
/// The stored Data Protection keys, without those that this server did not encrypt: a key that lay in clear may have
/// been read, or was put there by somebody else. The framework makes a new one in its place.
/// </summary>
/// <param name="stored">All of them.</param>
internal sealed class EncryptedSessionKeys(IXmlRepository stored) : IXmlRepository
{
    private static readonly string Decryptor = typeof(SessionKeyDecryptor).FullName + ",";

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. stored.GetAllElements().Where(element => !IsKey(element) || SecretOf(element) is not null)];

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) => stored.StoreElement(element, friendlyName);

    /// <summary>Whether an element is a key, and not for instance the revocation of one.</summary>
    public static bool IsKey(XElement element) => element.Name.LocalName == "key";

    /// <summary>The id of the server secret that a key is encrypted with; null for one that is not.</summary>
    public static string? SecretOf(XElement key)
    {
        // Whatever stands in clear beside it would be used instead.
        if (key.Descendants().Any(element => element.Name.LocalName == "masterKey")) return null;
        var sealedParts = key.Descendants().Where(element => element.Name.LocalName == "encryptedSecret").ToList();
        return sealedParts is [var only]
            && ((string?)only.Attribute("decryptorType"))?.StartsWith(Decryptor, StringComparison.Ordinal) == true
                ? (string?)only.Elements().SingleOrDefault()?.Attribute(SessionKeyEncryptor.SecretId)
                : null;
    }
}
