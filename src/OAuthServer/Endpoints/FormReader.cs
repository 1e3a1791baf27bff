using System.Buffers;
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

    private static readonly SearchValues<string> WideCharsets =
        SearchValues.Create(["utf-16", "utf-32", "ucs-2", "ucs-4", "utf-7"], StringComparison.OrdinalIgnoreCase);

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

    // The type has no parameters, and its bytes are ASCII whatever charset a sender's library appends: an escape is
    // UTF-8 (RFC 6749 Appendix B) or the body is malformed. A charset of wider units alone says that they are not.
    private static bool IsForm(string? contentType)
    {
        if (!(contentType?.Length <= LongestContentType)) return false;
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = contentType.AsSpan(0, end < 0 ? contentType.Length : end).Trim(" \t");
        if (!type.Equals(FormType, StringComparison.OrdinalIgnoreCase)) return false;
        return end < 0 || !contentType.AsSpan(end).ContainsAny(WideCharsets);
    }
}
