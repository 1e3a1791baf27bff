using System.Buffers;
using Microsoft.Net.Http.Headers;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints;

/// <summary>Reads the body of a form endpoint (RFC 6749 §3.2, Appendix B): only form-encoded, in UTF-8, and bounded.</summary>
internal static class FormReader
{
    /// <summary>The largest body in bytes.</summary>
    public const int LongestBody = 64 * 1024;

    private const int LongestContentType = 256;
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The parameters, or <c>invalid_request</c> (413 for a body that is too large).</summary>
    public static async ValueTask<Result<Parameters>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!IsForm(request.ContentType)) return OAuthError.InvalidRequest("The request body must be application/x-www-form-urlencoded in UTF-8.", Reasons.ContentTypeUnsupported);
        if (request.ContentLength > LongestBody) return TooLarge();
        var longest = (int)(request.ContentLength ?? LongestBody);
        // One byte more, to see that the body goes on where it should end.
        var buffer = ArrayPool<byte>.Shared.Rent(longest + 1);
        var length = 0;
        try
        {
            int read;
            while (length <= longest && (read = await request.Body.ReadAsync(buffer.AsMemory(length, longest + 1 - length), ct)) > 0) length += read;
            if (length > longest) return TooLarge();
            return Parameters.TryParse(buffer.AsSpan(0, length), out var parameters)
                ? parameters
                : OAuthError.InvalidRequest("The request body is not well encoded.", Reasons.BodyMalformed);
        }
        finally
        {
            // It may have held a secret; the pool's arrays can be far longer than what was read.
            buffer.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static OAuthError TooLarge() => OAuthError.InvalidRequest("The request body is too large.", Reasons.BodyTooLarge, StatusCodes.Status413PayloadTooLarge);

    private static bool IsForm(string? contentType)
    {
        if (string.Equals(contentType, FormType, StringComparison.OrdinalIgnoreCase)) return true;
        return contentType?.Length <= LongestContentType && MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
