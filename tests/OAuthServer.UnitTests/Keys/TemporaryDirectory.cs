namespace OAuthServer.UnitTests.Keys;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("oauth-keys-");

    /// <summary>A path inside, which does not exist yet.</summary>
    public string Path => System.IO.Path.Combine(_root.FullName, "keys");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _root.Delete(recursive: true);
}
