using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Samples.StockClients;

/// <summary>The clients and APIs of <c>clients.sql</c>.</summary>
internal static class Demo
{
    /// <summary>
    /// A service with a secret; also the API behind <see cref="Files"/>, which may ask about its tokens.
    /// </summary>
    public const string Service = "stock-service";

    /// <summary>An app that people let in.</summary>
    public const string Web = "stock-web";

    public const string WebCallback = "http://127.0.0.1:5093/callback";

    /// <summary>A client with a key instead of a secret.</summary>
    public const string Jobs = "stock-jobs";

    public const string Files = "https://files.stock.example";
    public const string FilesScope = "files:read";

    /// <summary>An API that lets nobody ask about its tokens.</summary>
    public const string Notes = "https://notes.stock.example";

    public const string NotesScope = "notes:read";

    /// <summary>Of metadata by RFC 8414, between host and path of the issuer.</summary>
    public const string MetadataPath = "/.well-known/oauth-authorization-server";

    public static string Secret => Environment.GetEnvironmentVariable("OAUTH_CONFORMANCE_SECRET") ?? "demo-web-secret";

    /// <summary>Where the server's metadata is (RFC 8414); OpenIddict looks for OpenID Connect's unless told.</summary>
    public static Uri Metadata(Uri issuer) => new(issuer, MetadataPath + issuer.AbsolutePath.TrimEnd('/'));

    /// <summary>The private key that <c>key.mjs</c> keeps, and whose public half is registered.</summary>
    public static async Task<SigningCredentials> KeyAsync(string file)
    {
        // As an ECDsaSecurityKey: OpenIddict takes no JsonWebKey for a key that it can prove itself with.
        var jwk = JsonWebKey.Create(await File.ReadAllTextAsync(file));
        return JsonWebKeyConverter.TryConvertToSecurityKey(jwk, out var key)
            ? new(key, SecurityAlgorithms.EcdsaSha256)
            : throw new InvalidDataException($"{file} has no private key");
    }
}
