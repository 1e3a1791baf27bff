using System.Globalization;
using Microsoft.AspNetCore.Identity;

namespace OAuthServer.Accounts;

/// <summary>
/// The form in which an address is looked up: Identity's own (composed, in capitals), with the domain in letters when
/// it was typed in ASCII (an A-label of RFC 5890 §2.3.2.1). Throws an <see cref="ArgumentException"/> for what is no
/// Unicode text.
/// </summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    private const string AsciiPrefix = "xn--";

    private static readonly IdnMapping Domains = new() { UseStd3AsciiRules = true };
    private static readonly UpperInvariantLookupNormalizer Identity = new();

    public string? NormalizeName(string? name) => Identity.NormalizeName(name);

    public string? NormalizeEmail(string? email)
    {
        if (email is null || !email.Contains(AsciiPrefix, StringComparison.OrdinalIgnoreCase))
            return Identity.NormalizeEmail(email);
        var domain = email.LastIndexOf('@') + 1;
        return Identity.NormalizeEmail(email[..domain] + InLetters(email[domain..]));
    }

    // What only looks like a name of letters stays what it is.
    private static string InLetters(string domain)
    {
        try
        {
            return Domains.GetUnicode(domain);
        }
        catch (ArgumentException)
        {
            return domain;
        }
    }
}
