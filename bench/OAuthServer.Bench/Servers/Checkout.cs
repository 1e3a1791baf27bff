using OAuthServer.Bench.Machine;

namespace OAuthServer.Bench.Servers;

/// <summary>The source tree that this program was built from.</summary>
internal static class Checkout
{
    /// <summary>The folder of the solution.</summary>
    /// <exception cref="InvalidOperationException">The program was moved out of its source tree.</exception>
    public static string Root { get; } = FindRoot();

    /// <summary>Where a run writes its tables.</summary>
    public static string Results => Path.Combine(Root, "bench", "results");

    /// <summary>
    /// Publishes the one project of a folder as one would to deploy it, once in a run, and gives back the program.
    /// </summary>
    /// <param name="folder">From <see cref="Root"/>.</param>
    /// <param name="platform">For a project that is compiled ahead, the runtime identifier to publish it for; else
    /// null.</param>
    /// <param name="bed">Takes the program and the build's log.</param>
    /// <param name="ct">Ends the build.</param>
    /// <exception cref="InvalidOperationException">There is none, or it does not build; the message has the compiler's
    /// last words.</exception>
    public static Task<string> PublishAsync(string folder, string? platform, TestBed bed, CancellationToken ct) =>
        PublishAsync(Root, folder, platform, bed, ct);

    /// <summary>The same for another checkout.</summary>
    public static async Task<string> PublishAsync(
        string root, string folder, string? platform, TestBed bed, CancellationToken ct)
    {
        var source = Path.Combine(root, folder);
        var project = (Directory.Exists(source) ? Directory.EnumerateFiles(source, "*.csproj").SingleOrDefault() : null)
            ?? throw new InvalidOperationException($"{folder} has no project.");
        var name = Path.GetFileNameWithoutExtension(project);
        var output = Path.Combine(bed.Directory, root == Root ? "published" : "published-beside", name);
        var program = Path.Combine(output, name + ".dll");
        if (File.Exists(program)) return program;

        string[] ahead = platform is null ? [] : ["--runtime", platform];
        string[] arguments =
        [
            "publish",
            project,
            "--configuration",
            "Release",
            "--output",
            output,
            "--nologo",
            "--verbosity",
            "quiet",
            .. ahead,
        ];
        var settings = new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1" };
        await using var publish = ChildProcess.Start("dotnet", arguments, settings, bed.LogOf("publish-" + name), root);
        await publish.FinishAsync(ct);
        return program;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (folder.EnumerateFiles("OAuthServer.sln").Any()) return folder.FullName;
        }

        throw new InvalidOperationException(
            "Run this program from its source tree: it starts the servers that are built there.");
    }
}
