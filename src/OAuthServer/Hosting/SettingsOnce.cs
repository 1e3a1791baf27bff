namespace OAuthServer.Hosting;

/// <summary>
/// The builder of the server and of its commands. Settings are read once: to watch their files takes an inotify
/// instance, of which a machine has few, and a process that gets none does not start.
/// </summary>
internal static class SettingsOnce
{
    public static WebApplicationBuilder CreateBuilder(params string[] args) =>
        WebApplication.CreateBuilder([.. args, .. ContentRoot(args), "--hostBuilder:reloadConfigOnChange=false"]);

    // From whatever folder it is started, appsettings.json and relative paths are those of the installation. In
    // Development the current folder stays the root, where a working copy keeps its data.
    private static string[] ContentRoot(string[] args)
    {
        var host = new ConfigurationBuilder()
            .AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args).Build();
        var isDevelopment = string.Equals(
            host[HostDefaults.EnvironmentKey], Environments.Development, StringComparison.OrdinalIgnoreCase);
        return isDevelopment || host[HostDefaults.ContentRootKey] is not null
            ? []
            : [$"--{HostDefaults.ContentRootKey}={AppContext.BaseDirectory}"];
    }
}
