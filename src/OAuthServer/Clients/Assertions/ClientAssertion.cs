using System.Buffers.Text;
using System.Text.Json;
using OAuthServer.Protocol;

namespace OAuthServer.Clients.Assertions;

/// <summary>
/// A JWT by which a client proves who it is, as it came (RFC 7523 §2.2, §3): well formed but not yet believed. What it
/// says of where a key could be found (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) is not read.
/// </summary>
internal sealed class ClientAssertion
{
    /// <summary>The parameter that it comes in (RFC 7521 §4.2).</summary>
    public const string Parameter = "client_assertion";

    /// <summary>The value of <c>client_assertion_type</c> (RFC 7523 §2.2).</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>In characters. With a chain of certificates in its header it has some 6,000.</summary>
    public const int Longest = 10_240;

    // A member that stands there twice would be read one way here and another way elsewhere (RFC 8725 §2.4).
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private ClientAssertion(string text) => Text = text;

    /// <summary>The JWT itself.</summary>
    public string Text { get; }

    public required string Algorithm { get; init; }

    public string? KeyId { get; private init; }

    /// <summary>The header <c>typ</c>; null when there is none.</summary>
    public string? TokenType { get; private init; }

    public string? Issuer { get; private init; }

    public string? Subject { get; private init; }

    /// <summary>
    /// The values of <c>aud</c>, a string or a list of them; null when it is absent or something else.
    /// </summary>
    public IReadOnlyList<string>? Audience { get; private init; }

    /// <summary>In seconds since 1970 (RFC 7519 §4.1.4), like the next two.</summary>
    public double? ExpiresAt { get; private init; }

    public double? NotBefore { get; private init; }

    public double? IssuedAt { get; private init; }

    /// <summary>The claim <c>jti</c>.</summary>
    public string? Id { get; private init; }

    /// <summary>The assertion, or null for what is no signed JWT in compact form (RFC 7515 §3.1).</summary>
    public static ClientAssertion? Read(string text)
    {
        if (text.Length > Longest || text.Split('.') is not [var header, var payload, _]) return null;
        try
        {
            using var head = Decode(header);
            using var claims = Decode(payload);
            return Read(text, head.RootElement, claims.RootElement);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The assertion proves who sent it.</summary>
    public override string ToString() => $"an assertion of {Issuer}";

    private static ClientAssertion? Read(string text, JsonElement head, JsonElement claims)
    {
        // A critical extension that is not understood ends the matter (RFC 7515 §4.1.11), and none is.
        if (head.TryGetProperty("crit", out _) || Word(head, "alg") is not { } algorithm) return null;
        return new ClientAssertion(text)
        {
            Algorithm = algorithm,
            KeyId = Word(head, "kid"),
            TokenType = Word(head, "typ"),
            Issuer = Word(claims, "iss"),
            Subject = Word(claims, "sub"),
            Audience = Words(claims, "aud"),
            ExpiresAt = Number(claims, "exp"),
            NotBefore = Number(claims, "nbf"),
            IssuedAt = Number(claims, "iat"),
            Id = Word(claims, "jti"),
        };
    }

    private static JsonDocument Decode(string part)
    {
        var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw new JsonException();
    }

    // A value of another type is a fault and not an absent one. No value of ours has control characters.
    private static string? Word(JsonElement from, string name)
    {
        if (!from.TryGetProperty(name, out var value)) return null;
        return value.GetString() is { } word && !Parameters.HasControls(word) ? word : throw new JsonException();
    }

    private static double? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) ? value.GetDouble() : null;

    private static IReadOnlyList<string>? Words(JsonElement from, string name) =>
        !from.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
        : null;
}
