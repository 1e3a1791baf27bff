namespace OAuthServer.Protocol;

/// <summary>What can be a client identifier (RFC 6749 §2.2).</summary>
internal static class ClientId
{
    /// <summary>In characters; a constraint of <c>oauth_clients</c> says the same.</summary>
    public const int Longest = 128;

    /// <summary>Whether there could be a client of this name, so that it is worth a look.</summary>
    public static bool IsReadable(string id) => id.Length <= Longest && !Parameters.HasControls(id);
}
