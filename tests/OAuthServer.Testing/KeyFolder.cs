using OAuthServer.Keys;

namespace OAuthServer.Testing;

/// <summary>
/// Folders of key files with a signing key and a server secret in them, as <c>OAuthServer keys generate</c> leaves
/// them.
/// </summary>
public static class KeyFolder
{
    /// <summary>A new folder below that for temporary files, with a key of its own.</summary>
    public static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("oauthserver-test-keys-").FullName;
        Fill(folder);
        return folder;
    }

    /// <summary>Gives a folder a key and a secret, unless it has them.</summary>
    public static void Fill(string folder)
    {
        var source = new FileKeySource(folder, makesFirstKey: true, TimeProvider.System);
        source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, CancellationToken.None).GetAwaiter().GetResult();
        var secret = new FileServerSecretSource(folder, TimeProvider.System);
        secret.AddFirstAsync(ServerSecret.Generate(), CancellationToken.None).GetAwaiter().GetResult();
    }
}
