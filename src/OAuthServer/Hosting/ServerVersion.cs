using System.Reflection;

namespace OAuthServer.Hosting;

/// <summary>Which build this is.</summary>
internal static class ServerVersion
{
    /// <summary>The version without the commit, for example <c>1.2.0</c>.</summary>
    public static string Text { get; } = Full?.Split('+')[0] ?? "unknown";

    /// <summary>The version with the commit; null for a build that has none.</summary>
    public static string? Full => typeof(ServerVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
