using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Bench.Servers;

/// <summary>An authorization request with PKCE (RFC 7636) and the verifier that belongs to it, both new.</summary>
internal sealed record AuthorizationRequest(string Query, string Verifier)
{
    private static readonly string Fixed =
        $"response_type=code&client_id={BenchClient.Id}&redirect_uri={Uri.EscapeDataString(BenchClient.RedirectUri)}"
            + "&code_challenge_method=S256";

    /// <summary>A new one.</summary>
    /// <param name="openId">Whether the client also asks who signed in (OpenID Connect Core section 3.1.2.1).</param>
    public static AuthorizationRequest New(bool openId = false)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var scope = openId ? $"{BenchClient.Scope}%20openid&nonce={verifier[..16]}" : BenchClient.Scope;
        return new AuthorizationRequest(
            $"?{Fixed}&scope={scope}&code_challenge={challenge}&state={verifier[..8]}", verifier);
    }
}
