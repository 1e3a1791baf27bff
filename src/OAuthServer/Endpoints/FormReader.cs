using System.Buffers;
using Microsoft.Net.Http.Headers;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints;

/// <summary>
/// Reads the body of a form endpoint (RFC 6749 §3.2, Appendix B): only form-encoded, in UTF-8, and bounded.
/// </summary>
internal static class FormReader
{
    /// <summary>The largest body in bytes.</summary>
    public const int LongestBody = 64 * 1024;

    private const int LongestContentType = 256;
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>The parameters, or <c>invalid_request</c> (413 for a body that is too large).</summary>
    public static async ValueTask<Result<Parameters>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!IsForm(request.ContentType))
        {
            return OAuthError.InvalidRequest(
                "The request body must be application/x-www-form-urlencoded in UTF-8.",
                Reasons.ContentTypeUnsupported);
        }

        if (request.ContentLength > LongestBody) return TooLarge();
        var longest = (int)(request.ContentLength ?? LongestBody);
        // One byte more, to see that the body goes on where it should end.
        var buffer = ArrayPool<byte>.Shared.Rent(longest + 1);
        var length = 0;
        try
        {
            length = await request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, longest + 1), longest + 1, throwOnEndOfStream: false, ct);
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

    private static OAuthError TooLarge() => OAuthError.InvalidRequest(
        "The request body is too large.", Reasons.BodyTooLarge, StatusCodes.Status413PayloadTooLarge);

    private static bool IsForm(string? contentType)
    {
        if (string.Equals(contentType, FormType, StringComparison.OrdinalIgnoreCase)) return true;
        if (!(contentType?.Length <= LongestContentType)) return false;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return false;
        if (!type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase)) return false;
        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        return !charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }
}
