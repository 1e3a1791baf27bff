using OAuthServer.Endpoints;
using OAuthServer.Protocol;

namespace OAuthServer.Audit;

/// <summary>Notes refusals that are made where only the HTTP request is at hand.</summary>
internal static class RefusalNotes
{
    private const string NoEndpoint = "none";

    /// <summary>Logs a refusal under the name of the request's route, and hands it on.</summary>
    public static OAuthError Note(this RefusalLog refusals, HttpContext http, OAuthError error) =>
        refusals.Note(http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? NoEndpoint, error, http.Audit());
}
