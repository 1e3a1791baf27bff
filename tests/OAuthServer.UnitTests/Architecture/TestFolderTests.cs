namespace OAuthServer.UnitTests.Architecture;

/// <summary>The test of a file stands in the folder of the same name.</summary>
public sealed class TestFolderTests
{
    // These look at the whole: the compiled server, the pages of docs.
    private static readonly string[] OfTheWhole = ["Architecture", "Documentation", "bin", "obj"];

    [Fact]
    public void Every_folder_of_unit_tests_is_a_folder_of_the_server()
    {
        var tests = Path.Combine(CompiledServer.SourceFolder, "..", "tests", "OAuthServer.UnitTests");
        var folders = Directory.EnumerateDirectories(tests, "*", SearchOption.AllDirectories)
            .Where(folder => Directory.EnumerateFiles(folder, "*.cs").Any())
            .Select(folder => Path.GetRelativePath(tests, folder))
            .Where(folder => !OfTheWhole.Contains(folder.Split(Path.DirectorySeparatorChar)[0]))
            .ToList();
        Assert.True(folders.Count > 10, "The tests were not found.");
        var server = Path.Combine(CompiledServer.SourceFolder, "OAuthServer");
        Assert.All(folders, folder => Assert.True(Directory.Exists(Path.Combine(server, folder)), folder));
    }
}
