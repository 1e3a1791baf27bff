using OAuthServer.LocalPostgres;

namespace OAuthServer.OperatorTests.LocalPostgres;

/// <summary>Which PostgreSQL a folder holds: by its name, else by what its program says.</summary>
public sealed class PostgresBinariesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("oauthserver-binaries-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("16", "postgres (PostgreSQL) 17.2", 16)]
    [InlineData("pgsql-14", "postgres (PostgreSQL) 17.2", 14)]
    [InlineData("pgsql", "postgres (PostgreSQL) 17.2 (Debian 17.2-1)", 17)]
    [InlineData("pgsql", "nothing that has a number", 0)]
    public void The_version_is_in_the_name_of_the_folder_or_in_the_answer_of_the_program(
        string name, string says, int version)
    {
        var folder = Install(name, says);

        var found = Assert.Single(PostgresBinaries.FindAll([folder]));

        Assert.Equal((version, Path.Combine(folder, "initdb")), (found.MajorVersion, found.Initdb));
    }

    private string Install(string name, string says)
    {
        var folder = _root.CreateSubdirectory(name).CreateSubdirectory("bin").FullName;
        foreach (var tool in (string[])["initdb", "postgres", "pg_ctl"])
        {
            var file = Path.Combine(folder, tool);
            File.WriteAllText(file, $"#!/bin/sh\necho '{says}'\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }
}
