using System.Reflection;

namespace OAuthServer.Hosting;

/// <summary>Which build this is.</summary>
internal static class ServerVersion
{
    /// <summary>The version without the commit, for example <c>1.2.0</c>.</summary>
    public static string Text { get; } =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
