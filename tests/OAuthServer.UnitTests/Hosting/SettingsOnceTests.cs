using OAuthServer.Hosting;

namespace OAuthServer.UnitTests.Hosting;

/// <summary>Where the settings of a start come from.</summary>
public sealed class SettingsOnceTests
{
    private const string Elsewhere = "/tmp";

    [Theory]
    [InlineData("Production", null)]
    [InlineData("Staging", null)]
    [InlineData("Development", ".")]
    [InlineData("development", ".")]
    [InlineData("Production", Elsewhere)]
    [InlineData("Development", Elsewhere)]
    public void The_root_is_the_installation_and_in_Development_the_current_folder(string environment, string? asked)
    {
        string[] args = asked == Elsewhere ? [$"--contentRoot={Elsewhere}"] : [];
        var expected = asked is null ? AppContext.BaseDirectory : Path.GetFullPath(asked);

        var builder = SettingsOnce.CreateBuilder([$"--environment={environment}", .. args]);

        Assert.Equal(Trimmed(expected), Trimmed(builder.Environment.ContentRootPath));
    }

    private static string Trimmed(string path) => path.TrimEnd(Path.DirectorySeparatorChar);
}
