using System.Buffers.Text;
using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.ResourceApi;

/// <summary>
/// What an answer of the authorization server cannot be used for; the message is a fixed text for the log.
/// </summary>
internal sealed class AuthorizationServerException(string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>The server answered, and another question may have an answer that can be used.</summary>
    public bool IsOfThisQuestion { get; init; }

    /// <summary>The status of an answer that was no success; null when there was another reason.</summary>
    public HttpStatusCode? Status { get; init; }
}

/// <summary>Where the authorization server has what this library asks for (RFC 8414 §2).</summary>
/// <param name="Keys">Its <c>jwks_uri</c>.</param>
/// <param name="Introspection">Its <c>introspection_endpoint</c>; null when it names none that can be used.</param>
/// <param name="Levels">Its <c>acr_values_supported</c> (RFC 9470 §7); empty when it names none.</param>
internal sealed record ServerAddresses(Uri Keys, Uri? Introspection, IReadOnlyList<string> Levels);

/// <summary>
/// The requests that this library makes: metadata (RFC 8414 §3), keys (RFC 7517 §5), revocations and introspection
/// (RFC 7662 §2). The addresses come from configuration and from the issuer's own metadata, never from a token.
/// Redirects are not followed, answers are bounded in time and size. Throws
/// <see cref="AuthorizationServerException"/> for every kind of outage.
/// </summary>
internal sealed class AuthorizationServerClient(IHttpClientFactory clients, IOptions<OAuthBearerOptions> options)
{
    public const string HttpClientName = "OAuthServer.ResourceApi";

    private const int MetadataLimit = 256 * 1024;
    private const int IntrospectionLimit = 64 * 1024;

    // Two and a half million entries: with a smaller limit a withdrawal from everybody would shut this API.
    private const int RevocationsLimit = 128 * 1024 * 1024;
    private const int LongestMark = 256;
    private const int SmallestModulus = 2048;

    private readonly string _issuer = options.Value.Issuer;

    /// <summary>
    /// Fetches the metadata, which must name exactly the configured issuer (RFC 8414 §3.3) and a <c>jwks_uri</c>.
    /// </summary>
    public async Task<ServerAddresses> FetchAddressesAsync()
    {
        var location = ServerUri.WellKnown(_issuer, "oauth-authorization-server");
        var (_, metadata, _) = await GetAsync(location, MetadataLimit, null);
        if (!metadata.TryGetText("issuer", out var issuer) || issuer != _issuer)
            throw new AuthorizationServerException("the metadata names another issuer");
        var keys = AddressOf(metadata, "jwks_uri")
            ?? throw new AuthorizationServerException("the metadata has no usable jwks_uri");
        var levels = ArrayOf(metadata, "acr_values_supported")?.EnumerateArray().Select(level => level.AsText());
        return new ServerAddresses(
            keys, AddressOf(metadata, "introspection_endpoint"), [.. levels?.OfType<string>() ?? []]);
    }

    /// <summary>
    /// Fetches the RS256 keys by <c>kid</c>; keys of other kinds are left out, none at all is an outage.
    /// </summary>
    public async Task<FrozenDictionary<string, RsaSecurityKey>> FetchKeysAsync(Uri address)
    {
        var (_, json, _) = await GetAsync(address, MetadataLimit, null);
        var list = ArrayOf(json, "keys") ?? throw new AuthorizationServerException("the key set has no keys");
        var keys = new Dictionary<string, RsaSecurityKey>(StringComparer.Ordinal);
        foreach (var key in list.EnumerateArray().Select(ReadKey).OfType<RsaSecurityKey>()) keys[key.KeyId] = key;
        if (keys.Count == 0) throw new AuthorizationServerException("the key set has no RS256 key");
        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>
    /// Fetches what was revoked since a mark, or all of it; null when the answer is still the one that
    /// <paramref name="etag"/> names.
    /// </summary>
    public async Task<RevocationAnswer?> FetchRevocationsAsync(string? since, EntityTagHeaderValue? etag)
    {
        var query = since is null ? "" : "?since=" + Uri.EscapeDataString(since);
        var location = new Uri(_issuer.TrimEnd('/') + "/oauth/revocations" + query);
        var (status, json, tag) = await GetAsync(location, RevocationsLimit, etag);
        if (status == HttpStatusCode.NotModified) return null;
        if (!json.TryGetProperty("revocations", out var list) || list.ValueKind != JsonValueKind.Object)
            throw Unusable("the revocation list has no revocations");
        var from = json.TryGetText("since", out var named) ? named : null;
        if (from is not null && from != since) throw Unusable("the revocation list goes on from another mark");
        var ends = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in list.EnumerateObject())
        {
            if (entry.Name.Length == 0 || entry.Value.ValueKind != JsonValueKind.Number
                || !entry.Value.TryGetInt64(out var end))
            {
                throw Unusable("the revocation list has an entry without an id or an end");
            }

            ends[entry.Name] = end;
        }

        var mark = json.TryGetText("mark", out var text) && text.Length <= LongestMark ? text : null;
        return new RevocationAnswer(ends, mark, from) { ETag = tag };
    }

    /// <summary>
    /// Asks whether a token is active (RFC 7662 §2.1, §2.2), as the client that the options name. Anything but a plain
    /// yes or no is an outage.
    /// </summary>
    public async Task<bool> IsActiveAsync(Uri address, string token, IntrospectionOptions caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]);
        // RFC 6749 §2.3.1: each half is form-encoded, so that a colon in one does not end it.
        var pair = $"{Uri.EscapeDataString(caller.ClientId)}:{Uri.EscapeDataString(caller.ClientSecret)}";
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        var (_, json, _) = await SendAsync(request, IntrospectionLimit);
        return json.TryGetProperty("active", out var active)
            && active.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? active.GetBoolean()
            : throw Unusable("the answer does not say whether the token is active");
    }

    private static AuthorizationServerException Unusable(string reason) => new(reason) { IsOfThisQuestion = true };

    private static JsonElement? ArrayOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list : null;

    private static Uri? AddressOf(JsonElement metadata, string name) =>
        metadata.TryGetText(name, out var text) && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && ServerUri.IsSecure(address) && address.UserInfo.Length == 0 ? address : null;

    private async Task<(HttpStatusCode Status, JsonElement Json, EntityTagHeaderValue? ETag)> GetAsync(
        Uri address, int limit, EntityTagHeaderValue? etag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (etag is not null) request.Headers.IfNoneMatch.Add(etag);
        return await SendAsync(request, limit, etag);
    }

    private async Task<(HttpStatusCode Status, JsonElement Json, EntityTagHeaderValue? ETag)> SendAsync(
        HttpRequestMessage request, int limit, EntityTagHeaderValue? etag = null)
    {
        // One time limit for the whole exchange, the body included.
        using var deadline = new CancellationTokenSource(options.Value.BackchannelTimeout);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var client = clients.CreateClient(HttpClientName);
            using var response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            if (response.StatusCode == HttpStatusCode.NotModified && etag is not null)
                return (response.StatusCode, default, etag);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new AuthorizationServerException($"the answer has status {(int)response.StatusCode}")
                {
                    Status = response.StatusCode,
                    IsOfThisQuestion = (int)response.StatusCode is >= 400 and < 500
                        && response.StatusCode != HttpStatusCode.TooManyRequests,
                };
            }

            // .NET 8 takes no token here: what is not read by then ends with the response.
            await response.Content.LoadIntoBufferAsync(limit).WaitAsync(deadline.Token);
            var body = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            return StrictJson.TryParseObject(body, out var json)
                ? (response.StatusCode, json, response.Headers.ETag)
                : throw Unusable("the answer is not a JSON object");
        }
        catch (Exception outage) when (outage is HttpRequestException or OperationCanceledException or IOException)
        {
            throw new AuthorizationServerException("no complete answer came", outage);
        }
    }

    // RFC 7517 §4, RFC 7518 §6.3.1: an RSA key for signatures, for RS256 or no particular algorithm, of 2048 bits or
    // more.
    private static RsaSecurityKey? ReadKey(JsonElement key)
    {
        if (key.ValueKind != JsonValueKind.Object) return null;
        if (!key.TryGetText("kty", out var type) || type != "RSA" || !key.TryGetText("kid", out var kid)) return null;
        if (!MayBe(key, "use", "sig") || !MayBe(key, "alg", AccessToken.Algorithm)) return null;
        if (!key.TryGetText("n", out var modulus) || !Base64Url.IsValid(modulus)) return null;
        if (!key.TryGetText("e", out var exponent) || !Base64Url.IsValid(exponent)) return null;
        var parameters = new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(modulus),
            Exponent = Base64Url.DecodeFromChars(exponent),
        };
        var usable = new RsaSecurityKey(parameters) { KeyId = kid };
        return parameters.Exponent.Length is > 0 and <= 8 && parameters.Modulus.Length * 8 >= SmallestModulus
            ? usable
            : null;
    }

    private static bool MayBe(JsonElement key, string name, string expected) =>
        !key.TryGetProperty(name, out var value) || value.AsText() == expected;
}
