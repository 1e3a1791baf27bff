using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OAuthServer.Protocol;

namespace OAuthServer.Accounts;

/// <summary>
/// A form posted to a page for people, read strictly: urlencoded UTF-8, every field once, no control characters, bounded
/// in bytes. Anything else gives null and becomes a 400 page; nothing here throws because of what was sent.
/// </summary>
internal sealed class AccountForm
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxFields = 32;
    private readonly Dictionary<string, string> _fields;

    private AccountForm(Dictionary<string, string> fields) => _fields = fields;

    /// <summary>The value of a field; empty when it was not sent.</summary>
    public string this[string name] => _fields.GetValueOrDefault(name, "");

    /// <summary>The names only: values can be passwords.</summary>
    public override string ToString() => string.Join(' ', _fields.Keys);

    /// <summary>Reads the body. The framework's form is set to the result, so that antiforgery looks at the same bytes.</summary>
    public static async Task<AccountForm?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!IsForm(request.ContentType) || await ReadBodyAsync(request, ct) is not { } body) return null;
        if (Parse(body) is not { } fields) return null;
        request.Form = new FormCollection(fields.ToDictionary(f => f.Key, f => new StringValues(f.Value), StringComparer.Ordinal));
        return new AccountForm(fields);
    }

    /// <summary>Decodes a urlencoded body; null when it breaks a rule of this type.</summary>
    public static Dictionary<string, string>? Parse(ReadOnlySpan<byte> body)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (name is null || value is null || fields.Count == MaxFields || !fields.TryAdd(name, value)) return null;
        }
        return fields;
    }

    private static string? Decode(ReadOnlySpan<byte> escaped) =>
        Parameters.TryDecode(escaped, out var text) && !Parameters.HasControls(text) ? text : null;

    private static bool IsForm(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MaxBytes) return null;
        try
        {
            using var body = new MemoryStream();
            var buffer = new byte[4096];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
            {
                if (body.Length + read > MaxBytes) return null;
                body.Write(buffer, 0, read);
            }
            return body.ToArray();
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
    }
}
