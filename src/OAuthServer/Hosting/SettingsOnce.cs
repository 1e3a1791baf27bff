namespace OAuthServer.Hosting;

/// <summary>
/// The builder of the server and of its commands. Settings are read once: to watch their files takes an inotify
/// instance, of which a machine has few, and a process that gets none does not start.
/// </summary>
internal static class SettingsOnce
{
    public static WebApplicationBuilder CreateBuilder(params string[] args) =>
        WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
}
