namespace OAuthServer.Testing;

/// <summary>Files of the repository that tests read as they are.</summary>
public static class Checkout
{
    /// <summary>The path of a file below the folder of the solution.</summary>
    public static string File(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "OAuthServer.sln")))
                return Path.Combine([folder.FullName, .. parts]);
        }

        throw new FileNotFoundException(string.Join('/', parts));
    }
}
