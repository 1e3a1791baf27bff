namespace OAuthServer.Clients.Assertions;

/// <summary>
/// The algorithms by which a client may sign (RFC 7518 §3.1): asymmetric ones alone, so that no public key can be taken
/// for a shared one (RFC 8725 §2.1).
/// </summary>
internal static class SigningAlgorithms
{
    public static IReadOnlyList<string> All { get; } =
        ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

    /// <summary>The curve that goes with an algorithm (RFC 7518 §3.4), or null for RSA.</summary>
    public static string? CurveOf(string algorithm) => algorithm switch
    {
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        _ => null,
    };
}
