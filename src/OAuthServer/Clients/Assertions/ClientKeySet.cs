using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Clients.Assertions;

/// <summary>
/// The public keys of a client (RFC 7517 §5). Keys for something else, of unknown types, too weak or private are left
/// out: a set at an address of the client may hold more than is for us.
/// </summary>
internal sealed class ClientKeySet
{
    /// <summary>A set with more keys is refused whole: nobody could say which of them count.</summary>
    public const int MostKeys = 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private ClientKeySet(IReadOnlyList<ClientKey> keys) => Keys = keys;

    /// <summary>Without keys.</summary>
    public static ClientKeySet None { get; } = new([]);

    public IReadOnlyList<ClientKey> Keys { get; }

    /// <summary>The set, or null for what is none.</summary>
    public static ClientKeySet? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            if (!document.RootElement.TryGetProperty("keys", out var keys)) return null;
            if (keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() > MostKeys) return null;
            return new ClientKeySet([.. keys.EnumerateArray().Select(Key).OfType<ClientKey>()]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The keys that may have made a signature. One that has a <c>kid</c> is meant by no other; with a <c>kid</c> that
    /// no key has, only those without one are left.
    /// </summary>
    /// <param name="algorithm">The signature's.</param>
    /// <param name="keyId">The <c>kid</c> that the JWT names; null for none.</param>
    public IReadOnlyList<SecurityKey> Candidates(string algorithm, string? keyId)
    {
        var fitting = Keys.Where(key => key.Fits(algorithm)).ToList();
        if (keyId is not null)
        {
            var named = fitting.Where(key => key.Id == keyId).ToList();
            fitting = named.Count > 0 ? named : [.. fitting.Where(key => key.Id is null)];
        }

        return [.. fitting.Select(key => key.Verifier)];
    }

    private static ClientKey? Key(JsonElement key) =>
        key.ValueKind == JsonValueKind.Object ? ClientKey.Read(key.GetRawText()) : null;
}
