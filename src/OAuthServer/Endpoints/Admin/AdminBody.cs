using System.Buffers;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Admin;

/// <summary>Reads what a call of the admin API sends: JSON in UTF-8 (RFC 8259), bounded.</summary>
internal static class AdminBody
{
    private static readonly OAuthError NoJson = OAuthError.InvalidRequest(
        "The request body must be application/json.", Reasons.ContentTypeUnsupported,
        StatusCodes.Status415UnsupportedMediaType);

    private static readonly OAuthError TooLarge = OAuthError.InvalidRequest(
        "The request body is too large.", Reasons.BodyTooLarge, StatusCodes.Status413PayloadTooLarge);

    private static readonly OAuthError Malformed =
        OAuthError.InvalidRequest("The request body is no JSON.", Reasons.JsonMalformed);

    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement(new object());

    /// <summary>The record that the body stands for. No body is an empty object.</summary>
    /// <param name="http">The request.</param>
    /// <param name="isShown">Whether an unknown name is one that answers have.</param>
    public static async Task<Result<T>> ReadAsync<T>(HttpContext http, Func<string, bool> isShown)
        where T : notnull
    {
        if (http.Request is { ContentType: null, ContentLength: null or 0 })
            return Of<T>(Nothing, isShown);
        if ((await ReadAsync(http.Request, http.RequestAborted)).Failed(out var malformed, out var body))
            return malformed;
        using (body) return Of<T>(body.RootElement, isShown);
    }

    /// <summary>The body, which the caller disposes of; null when there is none.</summary>
    public static async Task<Result<JsonDocument>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!IsJson(request.ContentType)) return NoJson;
        var buffer = ArrayPool<byte>.Shared.Rent(FormReader.LongestBody + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, FormReader.LongestBody + 1), FormReader.LongestBody + 1, false, ct);
            if (length > FormReader.LongestBody) return TooLarge;
            // A copy: the document reads from it as long as it lives.
            var body = JsonDocument.Parse(buffer.AsMemory(0, length).ToArray());
            if (IsStorable(body.RootElement)) return body;
            body.Dispose();
            return Malformed;
        }
        catch (JsonException)
        {
            return Malformed;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The tags of <c>If-Match</c> (RFC 9110 §13.1.1): null when any state will do, and nothing when none was sent.
    /// </summary>
    public static (bool WasSent, IReadOnlyList<string>? Tags) IfMatch(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0) return (false, null);
        var sent = request.GetTypedHeaders().IfMatch;
        if (sent.Any(tag => tag.Equals(EntityTagHeaderValue.Any))) return (true, null);
        return (true, [.. sent.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString())]);
    }

    private static Result<T> Of<T>(JsonElement body, Func<string, bool> isShown)
        where T : notnull =>
        StrictBody.Read<T>(body, isShown).Failed(out var unfit, out var value) ? unfit : value;

    // The database takes no half of a surrogate pair, and no number of any size.
    private static bool IsStorable(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(m => m.Name.Length >= 0 && IsStorable(m.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsStorable),
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Number => value.TryGetInt64(out _),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (type.Charset.Length == 0 || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
