using Microsoft.AspNetCore.Server.Kestrel.Core;
using OAuthServer.Settings;

namespace OAuthServer.Hosting.Management;

/// <summary>
/// The endpoint of Kestrel that is for operators. Its connections carry a mark: which port a request came to is known
/// from where it was accepted, and from nothing that it says.
/// </summary>
internal static class ManagementPort
{
    /// <summary>
    /// The name of the endpoint in Kestrel's configuration, where it may have a certificate of its own.
    /// </summary>
    public const string Endpoint = "Management";

    /// <summary>Says where it is.</summary>
    public const string Setting = $"{ManagementOptions.Section}:{nameof(ManagementOptions.Url)}";

    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>
    /// Where there is such a port, tells Kestrel of it beside those that it is to listen on: its endpoints count alone
    /// as soon as there is one.
    /// </summary>
    public static void Settle(IConfiguration configuration, IHostEnvironment environment)
    {
        var listen = new ListenAddresses(configuration, environment);
        if (listen.Management is not { } url) return;
        if (!configuration.GetSection(Endpoints).GetChildren().Any(endpoint => endpoint.Key != Endpoint))
        {
            for (var i = 0; i < listen.All.Count; i++) configuration[$"{Endpoints}:Listen{i}:Url"] = listen.All[i];
            configuration["urls"] = "";
        }

        configuration[$"{Endpoints}:{Endpoint}:Url"] = url;
    }

    /// <summary>Marks its connections.</summary>
    public static void Mark(KestrelServerOptions kestrel) =>
        kestrel.ConfigurationLoader?.Endpoint(Endpoint, endpoint => endpoint.ListenOptions.Use(next => connection =>
        {
            connection.Features.Set(ManagementMark.Here);
            return next(connection);
        }));

    /// <summary>Whether a request came to the management port.</summary>
    public static bool IsOf(HttpContext http) => http.Features.Get<ManagementMark>() is not null;

    // Not before the mark is known to everything behind it.
    private sealed class ManagementMark
    {
        public static ManagementMark Here { get; } = new();
    }
}
