namespace OAuthServer.Bench.Servers;

/// <summary>The client that every server knows: confidential, client_secret_post, PKCE.</summary>
internal static class BenchClient
{
    public const string Id = "bench";
    public const string Secret = "bench-secret-bench-secret-bench-01";
    public const string RedirectUri = "https://client.example/cb";
    public const string Scope = "read";
}
