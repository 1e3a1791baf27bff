using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>The JSON error answer of everything that refuses before an endpoint is reached or after it failed (RFC 6749 §5.2).</summary>
internal static class ErrorAnswer
{
    /// <summary>Writes status, <c>no-store</c> and the error. Only constant texts belong in the description. A caller that left is no error here.</summary>
    public static Task WriteAsync(HttpContext context, int status, string error, string? description = null)
    {
        var uri = status == StatusCodes.Status429TooManyRequests ? null : context.RequestServices.GetService<ServerAddress>()?.ErrorUri(error);
        var body = JsonSerializer.SerializeToUtf8Bytes(new Body(error, description, uri));
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }

    private sealed record Body(
        [property: JsonPropertyName("error")] string Error,
        [property: JsonPropertyName("error_description"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
        [property: JsonPropertyName("error_uri"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Uri);
}
