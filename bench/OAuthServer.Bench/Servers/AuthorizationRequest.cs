using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Bench.Servers;

/// <summary>An authorization request with PKCE (RFC 7636) and the verifier that belongs to it, both new.</summary>
internal sealed record AuthorizationRequest(string Query, string Verifier)
{
    private static readonly string Fixed =
        $"response_type=code&client_id={BenchClient.Id}&redirect_uri={Uri.EscapeDataString(BenchClient.RedirectUri)}&scope={BenchClient.Scope}&code_challenge_method=S256";

    public static AuthorizationRequest New()
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        return new AuthorizationRequest($"?{Fixed}&code_challenge={challenge}&state={verifier[..8]}", verifier);
    }
}
