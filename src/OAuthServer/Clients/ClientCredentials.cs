using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Primitives;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;

namespace OAuthServer.Clients;

/// <summary>
/// How a client said who it is: by Basic or in the body (RFC 6749 §2.3.1), by an assertion (RFC 7521 §4.2), or by its
/// id alone (RFC 6749 §3.2.1).
/// </summary>
/// <param name="ClientId">Always present.</param>
/// <param name="ClientSecret">Null when none was sent; an empty one is none, by Basic too.</param>
internal sealed record ClientCredentials(string ClientId, string? ClientSecret)
{
    /// <summary>Null when none was sent.</summary>
    public ClientAssertion? Assertion { get; init; }

    private const string Scheme = "Basic";
    private const int LongestHeader = 2048;

    /// <summary>
    /// Reads the credentials of a form endpoint. More than one method at once is <c>invalid_request</c> (RFC 6749
    /// §2.3); no credentials, or ones that cannot be read, are <c>invalid_client</c>. An <c>Authorization</c> header of
    /// another scheme is no client authentication (RFC 6749 §2.3.2 leaves it to servers which schemes are): apps that
    /// send their access token with everything are known by the body.
    /// </summary>
    public static Result<ClientCredentials> Read(StringValues authorization, Parameters body)
    {
        if (authorization.Count > 1)
            return OAuthError.InvalidRequest("More than one Authorization header.", Reasons.AuthorizationRepeated);
        var header = authorization is [{ Length: > 0 } sent] ? sent : null;
        var isBasic = header is not null && IsBasic(header);
        var (bodyId, bodySecret) = (body["client_id"], body["client_secret"]);
        var (assertion, kind) = (body["client_assertion"], body["client_assertion_type"]);
        var isAssertion = assertion is not null || kind is not null;
        if (isAssertion && (bodySecret is not null || isBasic)) return TwoMethods();
        if (isAssertion) return ReadAssertion(bodyId, assertion, kind);
        if (!isBasic && bodyId is not null) return new ClientCredentials(bodyId, bodySecret);
        if (header is null) return OAuthError.InvalidClient(Reasons.ClientIdMissing);
        if (ReadBasic(header).Failed(out var refusal, out var basic)) return refusal;
        if (bodySecret is not null) return TwoMethods();
        if (bodyId is not null && bodyId != basic.ClientId)
        {
            return OAuthError.InvalidRequest(
                "The client_id in the body is not the one in the Authorization header.", Reasons.ClientIdContradicts);
        }

        return basic;
    }

    /// <summary>Holds the secret.</summary>
    public override string ToString() => ClientId;

    private static OAuthError TwoMethods() => OAuthError.InvalidRequest(
        "More than one client authentication method.", Reasons.ClientAuthenticationRepeated);

    private static bool IsBasic(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && (header.Length == Scheme.Length || header[Scheme.Length] == ' ');

    // Whose it is its subject says; a client_id beside it is optional (RFC 7521 §4.2).
    private static Result<ClientCredentials> ReadAssertion(string? id, string? assertion, string? kind)
    {
        if (assertion is null || kind is null)
        {
            return OAuthError.InvalidRequest(
                "client_assertion and client_assertion_type belong together.", Reasons.ClientAssertionIncomplete);
        }

        if (kind != ClientAssertion.Type) return OAuthError.InvalidClient(Reasons.ClientAssertionTypeUnsupported);
        if (ClientAssertion.Read(assertion) is not { } read)
            return OAuthError.InvalidClient(Reasons.ClientAssertionUnreadable);
        return (id ?? read.Subject) is { Length: > 0 } client
            ? new ClientCredentials(client, null) { Assertion = read }
            : OAuthError.InvalidClient(Reasons.ClientIdMissing);
    }

    // Each half is form-encoded before the two are joined (RFC 6749 §2.3.1, Appendix B).
    private static Result<ClientCredentials> ReadBasic(string header)
    {
        var unreadable = OAuthError.InvalidClient(Reasons.BasicUnreadable);
        if (header.Length > LongestHeader) return unreadable;
        if (!IsBasic(header)) return unreadable;
        var encoded = Encoding.ASCII.GetBytes(header[Scheme.Length..].Trim(' '));
        var bytes = new byte[encoded.Length];
        if (!Base64.IsValid(encoded)) return unreadable;
        if (Base64.DecodeFromUtf8(encoded, bytes, out _, out var length) != OperationStatus.Done) return unreadable;
        var pair = bytes.AsSpan(0, length);
        var colon = pair.IndexOf((byte)':');
        if (colon <= 0) return unreadable;
        if (!Parameters.TryDecode(pair[..colon], out var id)) return unreadable;
        if (!Parameters.TryDecode(pair[(colon + 1)..], out var secret)) return unreadable;
        if (Parameters.HasControls(id) || Parameters.HasControls(secret))
        {
            return OAuthError.InvalidRequest(
                "Control characters in the client credentials.", Reasons.ControlCharacters);
        }

        return new ClientCredentials(id, secret.Length == 0 ? null : secret);
    }
}
