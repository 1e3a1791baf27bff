namespace OAuthServer.Bench.Servers;

/// <summary>The source tree that this program was built from, with the Release builds of what it starts.</summary>
internal static class Checkout
{
    /// <summary>The folder of the solution.</summary>
    /// <exception cref="InvalidOperationException">The program was moved out of its source tree.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>Where a run writes its tables.</summary>
    public static string Results => Path.Combine(Root, "bench", "results");

    /// <summary>The Release build of the one project in a folder of this checkout.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string Program(string folder)
    {
        var project = Directory.Exists(Path.Combine(Root, folder)) ? Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj").SingleOrDefault() : null;
        var path = Path.Combine(Root, folder, "bin", "Release", "net10.0", Path.GetFileNameWithoutExtension(project) + ".dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{folder} is not built in Release.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("OAuthServer.sln").Any()) return folder.FullName;
        }

        throw new InvalidOperationException("Run this program from its source tree: it starts the servers that are built there.");
    }
}
