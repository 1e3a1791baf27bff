using OAuthServer.Storage;

namespace OAuthServer.Hosting.Development;

/// <summary>The client secret of Development and of the example files, which has no business anywhere else.</summary>
internal static class DemoSecret
{
    /// <summary>Its hash in migrations/seeds/.</summary>
    public const string Example = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";

    /// <summary>
    /// True for the hash of the examples, wherever it is, and for any hash of the secret at the demo's own client: to
    /// try it at every client would take a slow hash for each.
    /// </summary>
    public static bool Is(ClientRow client, string hash) =>
        hash == Example || (client.ClientId == DemoSeed.Web && BCrypt.Net.BCrypt.Verify(DemoSeed.WebSecret, hash));
}
