using System.Net;
using OAuthServer.Protocol;

namespace OAuthServer.Audit;

/// <summary>What logs and audit rows take from an HTTP request.</summary>
internal static class HttpAudit
{
    private const string NoEndpoint = "none";

    /// <summary>The sender's address and the correlation id.</summary>
    public static AuditContext Audit(this HttpContext http) =>
        new(Unmapped(http.Connection.RemoteIpAddress)?.ToString(), http.TraceIdentifier);

    /// <summary>Logs a refusal under the name of the request's route, and hands it on.</summary>
    public static OAuthError Note(this RefusalLog refusals, HttpContext http, OAuthError error)
    {
        var route = http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;
        return refusals.Note(route ?? NoEndpoint, error, http.Audit());
    }

    // One IPv4 peer has one name in the log.
    private static IPAddress? Unmapped(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}
