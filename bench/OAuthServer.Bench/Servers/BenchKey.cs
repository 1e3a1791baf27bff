using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Bench.Servers;

/// <summary>A client with a key instead of a secret, and its assertions (RFC 7523).</summary>
internal static class BenchKey
{
    public const string ClientId = "bench-key";

    private const string Kid = "bench-1";
    private static readonly ECParameters Parameters = NewParameters();
    private static readonly string Header = Text(
        $$"""{"alg":"ES256","typ":"client-authentication+jwt","kid":"{{Kid}}"}""");

    /// <summary>For the client's row.</summary>
    public static string Jwks =>
        $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{Kid}}",{{Point()}}}]}""";

    private static string Point() =>
        $""" "x":"{Base64Url.EncodeToString(Parameters.Q.X)}","y":"{Base64Url.EncodeToString(Parameters.Q.Y)}" """;

    /// <summary>The form parameters of a new assertion, which is good once.</summary>
    public static string Credentials()
    {
        // One for each: what a key does is not for several threads at once.
        using var key = ECDsa.Create(Parameters);
        var end = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60;
        var payload = $$"""
            {"iss":"{{ClientId}}","sub":"{{ClientId}}","aud":"{{OurServer.IssuerIdentifier}}","exp":{{end}},
            "jti":"{{Guid.NewGuid()}}"}
            """;
        var content = $"{Header}.{Text(payload)}";
        var signature = Base64Url.EncodeToString(
            key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256));
        return $"client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
            + $"&client_assertion={content}.{signature}";
    }

    private static ECParameters NewParameters()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(includePrivateParameters: true);
    }

    private static string Text(string json) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(json));
}
