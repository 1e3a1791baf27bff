using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Bench.OpenIddictHost;

/// <summary>
/// Defaults of the library but for three things: access tokens are plain JWTs as ours, HTTP is allowed since TLS ends
/// at a proxy, and the keys are RSA-2048 (keys that OpenIddict makes itself are longer and dearer). Authorizations and
/// tokens are stored, refresh tokens roll, with their leeway for a repeated request.
/// </summary>
internal static class OpenIddictRegistration
{
    private const int EncryptionKeyBits = 2048;

    public static void AddOpenIddictServer(
        this IServiceCollection services, string connectionString, string signingKeyPem)
    {
        services.AddDbContext<ApplicationDbContext>(options => options.UseNpgsql(connectionString).UseOpenIddict());
        services.AddAuthorization();
        services.AddOpenIddict()
            .AddCore(options => options.UseEntityFrameworkCore().UseDbContext<ApplicationDbContext>())
            .AddServer(options =>
            {
                options.SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetRevocationEndpointUris("connect/revoke");
                options.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange();
                options.RegisterScopes(Seed.Scope);
                options.AddSigningKey(SigningKey(signingKeyPem))
                    .AddEncryptionKey(new RsaSecurityKey(RSA.Create(EncryptionKeyBits)));
                options.DisableAccessTokenEncryption();
                options.UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .DisableTransportSecurityRequirement();
            });
    }

    private static RsaSecurityKey SigningKey(string pem)
    {
        var key = RSA.Create();
        key.ImportFromPem(pem);
        return new RsaSecurityKey(key);
    }
}
